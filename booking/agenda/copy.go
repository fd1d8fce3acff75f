package agenda

import (
	"context"
	"errors"
	"slices"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

var (
	errNothingToCopy = fault.New(fault.Invalid, "Il n’y a rien à copier\u00a0: cette semaine n’a aucune plage, ou l’autre a déjà les mêmes. Choisissez une autre semaine.")
	errCopyOverlap   = fault.New(fault.Invalid, "Une semaine d’arrivée a déjà une plage d’un jour qui en chevauche une de celle-ci. Supprimez-la d’abord, ou choisissez une autre semaine.")
)

// CopyWeek adds the viewer's openings of one week to other weeks, each as an opening for one
// day, where there is not the same one already. Nothing else changes there: openings,
// absences and appointments stay. It fails with Invalid, and adds nothing, if there is
// nothing to add or an opening for one day is in the way. Days that are over are left out.
func (s *Service) CopyWeek(ctx context.Context, v *viewer.Viewer, from slot.Week, to ...slot.Week) error {
	return s.changeOpenings(ctx, v, false, func(tx postgres.Tx, row worker.Row, openings []slot.Opening) error {
		var all []slot.Opening
		for _, week := range to {
			all = append(all, copied(openings, from, week)...)
		}
		today := slot.CalendarDay(tx.Now.In(row.Zone()))
		all = slices.DeleteFunc(all, func(o slot.Opening) bool { return o.FirstDay.Before(today) })
		if len(all) == 0 {
			return errNothingToCopy
		}
		err := addOpenings(ctx, tx, row, all, openings)
		if errors.Is(err, errOpeningOverlap) {
			return errCopyOverlap
		}
		return err
	})
}

// copied returns the openings of one week as openings for single days of another, without
// those that it has already.
func copied(openings []slot.Opening, from, to slot.Week) (all []slot.Opening) {
	for i := range 7 {
		source, target := from.Monday().AddDate(0, 0, i), to.Monday().AddDate(0, 0, i)
		for _, o := range openings {
			if o.Covers(source) && !slices.ContainsFunc(openings, func(p slot.Opening) bool { return p.Covers(target) && p.SameHours(o) }) {
				all = append(all, o.OnDay(target))
			}
		}
	}
	return all
}
