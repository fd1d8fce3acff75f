package agenda

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Openings lists the viewer's own openings that are not over.
func (s *Service) Openings(ctx context.Context, v *viewer.Viewer) ([]slot.Opening, error) {
	zone, err := s.Zone(ctx, v)
	if err != nil {
		return nil, err
	}
	return readOpeningsSince(ctx, s.db.Pool, v.ID, slot.CalendarDay(s.db.Now().In(zone)))
}

// Opening returns one of the viewer's own.
func (s *Service) Opening(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (slot.Opening, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return slot.Opening{}, err
	}
	openings, err := readOpenings(ctx, s.db.Pool, v.ID)
	if err != nil {
		return slot.Opening{}, err
	}
	return openingOf(openings, id)
}

func openingOf(openings []slot.Opening, id uuid.UUID) (slot.Opening, error) {
	i := slices.IndexFunc(openings, func(o slot.Opening) bool { return o.ID == id })
	if i < 0 {
		return slot.Opening{}, errNoOpening
	}
	return openings[i], nil
}

// MaxOpenings is the maximum number of openings, and of absences, of one worker that are
// not over.
const MaxOpenings = 500

var (
	// errOpeningOverlap says that two openings of one kind would offer the same hour.
	errOpeningOverlap = fault.New(fault.Invalid, "Cette plage en chevauche une autre. Changez ses heures, ou supprimez d’abord l’autre.")
	errOpeningMode    = fault.New(fault.Invalid, "Votre fiche ne propose pas ce mode. L’administration peut l’ajouter.")
	errNoOpening      = fault.New(fault.NotFound, "Cette plage n’existe plus.")
	ErrTooMany        = fault.New(fault.Invalid, "Cette liste a déjà 500 lignes, le plus possible. Supprimez d’abord celles qui ne servent plus.")
	errStillBooked    = fault.New(fault.Invalid, "Des rendez-vous sont pris à ces heures. Ils restent pris si vous confirmez.")
)

// StillBooked lists appointments that a change would leave outside the worker's hours.
// Nothing was changed. If the change is confirmed they stay booked.
type StillBooked struct{ Appointments []appointment.Appointment }

func (*StillBooked) Error() string { return "appointments are booked in these hours" }

// Unwrap returns the fault that is shown.
func (*StillBooked) Unwrap() error { return errStillBooked }

// changeHours runs a change of the viewer's agenda. If change returns appointments that
// would be left outside and anyway is false, the transaction is rolled back and
// StillBooked lists them.
func (s *Service) changeHours(ctx context.Context, v *viewer.Viewer, anyway bool, change func(postgres.Tx, worker.Row) ([]appointment.Row, error)) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	var left []appointment.Row
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := worker.Lock(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		left, err = change(tx, row)
		if err == nil && len(left) > 0 && !anyway {
			return errStillBooked
		}
		return err
	})
	if !errors.Is(err, errStillBooked) {
		return err
	}
	appointments, err := s.appointments.WithNames(ctx, left)
	if err != nil {
		return err
	}
	return &StillBooked{appointments}
}

// changeOpenings is changeHours for openings: it finds the appointments that were covered
// before the change and no longer are.
func (s *Service) changeOpenings(ctx context.Context, v *viewer.Viewer, anyway bool, change func(postgres.Tx, worker.Row, []slot.Opening) error) error {
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		before, err := readOpenings(ctx, tx, v.ID)
		if err != nil {
			return nil, err
		}
		if err := change(tx, row, before); err != nil {
			return nil, err
		}
		after, err := readOpenings(ctx, tx, v.ID)
		if err != nil {
			return nil, err
		}
		coming, err := appointment.ReadComing(ctx, tx, v.ID, slot.Period{From: tx.Now, To: tx.Now.Add(slot.Horizon)}, tx.Now)
		return slices.DeleteFunc(coming, func(a appointment.Row) bool {
			return !covered(a, before, row.Zone()) || covered(a, after, row.Zone())
		}), err
	})
}

// covered reports whether one of the openings covers the whole appointment.
func covered(a appointment.Row, openings []slot.Opening, zone *time.Location) bool {
	return slices.ContainsFunc(openings, func(o slot.Opening) bool {
		return slices.Contains(o.Modes, a.Mode) && o.Contains(slot.Period{From: a.StartsAt, To: a.EndsAt}, zone)
	})
}

// AddOpening adds openings to the viewer's agenda, all or none. None may overlap another of
// the same kind. An opening for a single day takes precedence over weekly ones on that day.
func (s *Service) AddOpening(ctx context.Context, v *viewer.Viewer, all ...slot.Opening) error {
	return s.changeOpenings(ctx, v, false, func(tx postgres.Tx, row worker.Row, others []slot.Opening) error {
		return addOpenings(ctx, tx, row, all, others)
	})
}

func addOpenings(ctx context.Context, tx postgres.Tx, row worker.Row, all, others []slot.Opening) error {
	for _, o := range all {
		o.ID = uuid.New() // unlike any other's
		if err := fit(ctx, tx, row, o, others); err != nil {
			return err
		}
		if err := insertOpening(ctx, tx, row.AccountID, o); err != nil {
			return err
		}
		others = append(others, o)
	}
	return nil
}

// fit refuses an opening that overlaps others, or whose modes or place the worker's sheet
// does not offer.
func fit(ctx context.Context, tx postgres.Tx, row worker.Row, o slot.Opening, others []slot.Opening) error {
	places, err := worker.ReadPlaces(ctx, tx, row.AccountID)
	if err != nil {
		return err
	}
	lasting, err := readOpeningsSince(ctx, tx, row.AccountID, slot.CalendarDay(tx.Now.In(row.Zone())))
	switch {
	case err != nil:
		return err
	case o.Place != uuid.Nil && !slices.ContainsFunc(places, func(p worker.Place) bool { return p.ID == o.Place }):
		return worker.ErrNoPlace
	case slices.ContainsFunc(o.Modes, func(m slot.Mode) bool { return !slices.Contains(row.OfferedModes(), m) }):
		return errOpeningMode
	case slices.ContainsFunc(others, o.Clashes):
		return errOpeningOverlap
	case len(lasting) >= MaxOpenings && !slices.ContainsFunc(lasting, func(l slot.Opening) bool { return l.ID == o.ID }):
		return ErrTooMany
	}
	return nil
}

// ChangeOpening replaces the viewer's opening of that id. It fails with StillBooked if
// appointments would be left outside.
func (s *Service) ChangeOpening(ctx context.Context, v *viewer.Viewer, o slot.Opening, anyway bool) error {
	return s.changeOpenings(ctx, v, anyway, func(tx postgres.Tx, row worker.Row, openings []slot.Opening) error {
		if _, err := openingOf(openings, o.ID); err != nil {
			return err
		}
		if err := fit(ctx, tx, row, o, openings); err != nil {
			return err
		}
		return updateOpening(ctx, tx, v.ID, o)
	})
}

// ChangeOpeningOn replaces the viewer's weekly opening of that id on one day. The other
// weeks do not change.
func (s *Service) ChangeOpeningOn(ctx context.Context, v *viewer.Viewer, day time.Time, o slot.Opening, anyway bool) error {
	return s.changeOpenings(ctx, v, anyway, func(tx postgres.Tx, row worker.Row, openings []slot.Opening) error {
		if err := skip(ctx, tx, openings, o.ID, day); err != nil {
			return err
		}
		o.ID = uuid.Nil
		if err := fit(ctx, tx, row, o, openings); err != nil {
			return err
		}
		return insertOpening(ctx, tx, v.ID, o)
	})
}

// RemoveOpening deletes one of the viewer's openings. It fails with StillBooked if
// appointments would be left outside.
func (s *Service) RemoveOpening(ctx context.Context, v *viewer.Viewer, id uuid.UUID, anyway bool) error {
	return s.changeOpenings(ctx, v, anyway, func(tx postgres.Tx, _ worker.Row, _ []slot.Opening) error {
		found, err := deleteOpening(ctx, tx, v.ID, id)
		return fault.OrMissing(found, err, errNoOpening)
	})
}

// RemoveOpeningOn skips one of the viewer's weekly openings on one day.
func (s *Service) RemoveOpeningOn(ctx context.Context, v *viewer.Viewer, id uuid.UUID, day time.Time, anyway bool) error {
	return s.changeOpenings(ctx, v, anyway, func(tx postgres.Tx, _ worker.Row, openings []slot.Opening) error {
		return skip(ctx, tx, openings, id, day)
	})
}

func skip(ctx context.Context, tx postgres.Tx, openings []slot.Opening, id uuid.UUID, day time.Time) error {
	o, err := openingOf(openings, id)
	if err != nil {
		return err
	}
	if o.Weekday == 0 || !o.Covers(day) {
		return errNoOpening
	}
	return insertSkip(ctx, tx, id, day)
}
