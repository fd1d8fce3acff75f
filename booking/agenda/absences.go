package agenda

import (
	"context"
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

// Absence is a time in which a worker cannot be booked.
type Absence struct {
	ID        uuid.UUID
	From      time.Time
	To        time.Time
	Cancelled bool // the hour of an appointment that the worker cancelled
}

// WeeklyAbsence is an absence that repeats every week on one day between two dates, at
// wall-clock times in the worker's zone.
type WeeklyAbsence struct {
	ID       uuid.UUID
	Weekday  int       // 1 is Monday … 7 is Sunday (ISO 8601)
	FirstDay time.Time // midnight UTC of the first calendar day
	LastDay  time.Time // midnight UTC of the last calendar day; zero if there is no end
	Starts   int       // minutes since midnight
	Ends     int       // minutes since midnight, at most 1440
}

// within returns the periods of the absence on the days of span.
func (w WeeklyAbsence) within(span slot.Period, zone *time.Location) []slot.Period {
	var all []slot.Period
	for day := range slot.DaysOf(span, zone) {
		if slot.CoversDay(day, w.Weekday, w.FirstDay, w.LastDay) {
			all = append(all, slot.WallPeriods(day, w.Starts, w.Ends, zone)...)
		}
	}
	return all
}

// Absences lists the viewer's own absences that are not over.
func (s *Service) Absences(ctx context.Context, v *viewer.Viewer) ([]Absence, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	now := s.db.Now()
	return ReadAbsences(ctx, s.db.Pool, v.ID, slot.Period{From: now, To: now.AddDate(100, 0, 0)})
}

// WeeklyAbsences lists the viewer's own weekly absences that are not over.
func (s *Service) WeeklyAbsences(ctx context.Context, v *viewer.Viewer) ([]WeeklyAbsence, error) {
	zone, err := s.Zone(ctx, v)
	if err != nil {
		return nil, err
	}
	return readWeeklyAbsences(ctx, s.db.Pool, v.ID, slot.CalendarDay(s.db.Now().In(zone)))
}

// AddAbsence closes a period in the viewer's agenda. It fails with StillBooked, which
// lists the appointments in it, if there are any.
func (s *Service) AddAbsence(ctx context.Context, v *viewer.Viewer, p slot.Period, anyway bool) error {
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		if err := Close(ctx, tx, v.ID, p); err != nil {
			return nil, err
		}
		return comingDuring(ctx, tx, row, []slot.Period{p})
	})
}

// Close closes a period in a worker's agenda. It fails with ErrTooMany if the worker has
// the maximum number of absences; hours closed by a cancellation do not count. It is a step
// of the caller's act, which locked the worker.
func Close(ctx context.Context, tx postgres.Tx, worker uuid.UUID, p slot.Period) error {
	others, err := ReadAbsences(ctx, tx, worker, slot.Period{From: tx.Now, To: tx.Now.AddDate(100, 0, 0)})
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(a Absence) bool { return a.Cancelled })
	if len(others) >= MaxOpenings {
		return ErrTooMany
	}
	return insertAbsence(ctx, tx, worker, p)
}

// AddWeeklyAbsence is AddAbsence for an absence that repeats every week.
func (s *Service) AddWeeklyAbsence(ctx context.Context, v *viewer.Viewer, w WeeklyAbsence, anyway bool) error {
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		others, err := readWeeklyAbsences(ctx, tx, v.ID, slot.CalendarDay(tx.Now.In(row.Zone())))
		if err != nil || len(others) >= MaxOpenings {
			return nil, fault.OrElse(err, ErrTooMany)
		}
		if err := insertWeeklyAbsence(ctx, tx, v.ID, w); err != nil {
			return nil, err
		}
		return comingDuring(ctx, tx, row, w.within(slot.Period{From: tx.Now, To: tx.Now.Add(slot.Horizon)}, row.Zone()))
	})
}

// comingDuring finds the worker's future appointments that overlap one of the periods.
func comingDuring(ctx context.Context, tx postgres.Tx, row worker.Row, periods []slot.Period) ([]appointment.Row, error) {
	coming, err := appointment.ReadComing(ctx, tx, row.AccountID, slot.Period{From: tx.Now, To: tx.Now.Add(slot.Horizon)}, tx.Now)
	var during []appointment.Row
	for _, a := range coming {
		if slot.OverlapsAny(slot.Period{From: a.StartsAt, To: a.EndsAt}, periods) {
			during = append(during, a)
		}
	}
	return during, err
}

var errNoAbsence = fault.New(fault.NotFound, "Cette absence n’existe plus.")

// RemoveAbsence deletes one of the viewer's absences.
func (s *Service) RemoveAbsence(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.removeAbsence(ctx, v, id, deleteAbsence)
}

// RemoveWeeklyAbsence deletes one of the viewer's weekly absences.
func (s *Service) RemoveWeeklyAbsence(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.removeAbsence(ctx, v, id, deleteWeeklyAbsence)
}

func (s *Service) removeAbsence(ctx context.Context, v *viewer.Viewer, id uuid.UUID, remove func(context.Context, postgres.Querier, uuid.UUID, uuid.UUID) (bool, error)) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	found, err := remove(ctx, s.db.Pool, v.ID, id)
	return fault.OrMissing(found, err, errNoAbsence)
}
