package agenda

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
)

var errZone = fault.New(fault.Invalid, "Choisissez dans la liste l’endroit dont l’agenda prend l’heure.")

// Zone returns the time zone of the viewer's openings and absences: that of their sheet.
func (s *Service) Zone(ctx context.Context, v *viewer.Viewer) (*time.Location, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	return row.Zone(), nil
}

// PreviewZone returns the coming appointments of the viewer as ChangeZone would leave them:
// those that stay inside or were already outside the openings, and those that it leaves
// outside.
func (s *Service) PreviewZone(ctx context.Context, v *viewer.Viewer, name string) (kept, outside []appointment.Appointment, err error) {
	if err := checkZone(v, name); err != nil {
		return nil, nil, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, nil, err
	}
	now := s.db.Now()
	coming, left, err := leftByZone(ctx, s.db.Pool, row, zone.Of(name), now)
	if err != nil {
		return nil, nil, err
	}
	coming = slices.DeleteFunc(coming, func(a appointment.Row) bool {
		return slices.ContainsFunc(left, func(l appointment.Row) bool { return l.ID == a.ID })
	})
	if kept, err = s.appointments.WithNames(ctx, coming); err != nil {
		return nil, nil, err
	}
	outside, err = s.appointments.WithNames(ctx, left)
	return kept, outside, err
}

// ChangeZone moves the viewer's agenda to another time zone, one of people.Zones. Openings,
// weekly absences and holidays keep their days and times on the clock, which are from now
// on those of the new zone; appointments and other absences keep their instants (R14). It
// fails with StillBooked if appointments would be left outside the openings.
func (s *Service) ChangeZone(ctx context.Context, v *viewer.Viewer, name string, anyway bool) error {
	if err := checkZone(v, name); err != nil {
		return err
	}
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		_, left, err := leftByZone(ctx, tx, row, zone.Of(name), tx.Now)
		if err != nil {
			return nil, err
		}
		return left, worker.SetZone(ctx, tx, v.ID, name)
	})
}

func checkZone(v *viewer.Viewer, name string) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	if !slices.Contains(form.Values(people.Zones), name) {
		return errZone
	}
	return nil
}

// leftByZone returns the worker's coming appointments, and those of them that openings
// cover now and not in the other zone.
func leftByZone(ctx context.Context, q postgres.Querier, row worker.Row, to *time.Location, now time.Time) (coming, left []appointment.Row, err error) {
	openings, err := readOpenings(ctx, q, row.AccountID)
	if err != nil {
		return nil, nil, err
	}
	coming, err = appointment.ReadComing(ctx, q, row.AccountID, slot.Period{From: now, To: now.Add(slot.Horizon)}, now)
	for _, a := range coming {
		if covered(a, openings, row.Zone()) && !covered(a, openings, to) {
			left = append(left, a)
		}
	}
	return coming, left, err
}
