package worker

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// readings is how much somebody may see that they have not seen just before.
type readings struct{ inHour, inDay int }

var (
	sheetReadings = readings{inHour: 150, inDay: 500} // sheets, in a list or alone, and photos
	weekReadings  = readings{inHour: 200, inDay: 800} // weeks of agendas
)

const (
	readingHour = time.Hour
	readingDay  = 24 * time.Hour
)

// Look counts that the viewer sees the sheets of some workers, and fails with
// Throttled when that is too much. Whoever sees nothing new writes nothing. An
// administrator, who keeps the sheets, sees them as often as it takes.
func (s *Service) Look(ctx context.Context, v *viewer.Viewer, workers ...uuid.UUID) error {
	return s.look(ctx, v, workers, "", sheetReadings)
}

// CountMonthView counts that the viewer sees a worker's sheet and a part of the agenda, as
// Look does: the hours of a week (2026-W48), or which days of a month have any
// (2026-12).
func (s *Service) CountMonthView(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, week string) error {
	if err := s.Look(ctx, v, worker); err != nil {
		return err
	}
	return s.look(ctx, v, []uuid.UUID{worker}, week, weekReadings)
}

func (s *Service) look(ctx context.Context, v *viewer.Viewer, workers []uuid.UUID, week string, most readings) error {
	if v.Role == viewer.Administrator {
		return nil
	}
	unseen, err := readUnseen(ctx, s.db.Pool, v.ID, workers, week, s.db.Now())
	if err != nil || len(unseen) == 0 {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		used, err := lockReadings(ctx, tx, v.ID, week != "")
		if err != nil {
			return err
		}
		if wait := most.wait(used, len(unseen), tx.Now); wait > 0 {
			return &fault.Fault{Code: fault.Throttled, Message: tooMuchRead, RetryAfter: wait}
		}
		return putReadings(ctx, tx, v.ID, unseen, week)
	})
}

const tooMuchRead = "Vous avez regardé beaucoup de fiches et d’agendas en peu de temps. Pour que personne ne les recopie en nombre, il faut attendre un peu avant d’en ouvrir d’autres."

// used is what somebody has seen of one kind, and since when.
type used struct {
	InHour, InDay     int
	HourFrom, DayFrom *time.Time // the earliest of each; nil when there is none
}

// wait is how long somebody must wait before they see so much more, zero when not
// at all.
func (r readings) wait(u used, more int, now time.Time) time.Duration {
	switch {
	case u.InDay+more > r.inDay && u.DayFrom != nil:
		return u.DayFrom.Add(readingDay).Sub(now)
	case u.InHour+more > r.inHour && u.HourFrom != nil:
		return u.HourFrom.Add(readingHour).Sub(now)
	}
	return 0
}
