// Package viewlimit limits how many sheets and agendas a person views in an hour and in a
// day, so that nobody scrapes them (R45). Viewing the same again within an hour is not
// counted.
package viewlimit

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// limit is how many views are allowed.
type limit struct{ inHour, inDay int }

var (
	sheetLimit = limit{inHour: 150, inDay: 500} // sheets, in a list or alone, and photos
	weekLimit  = limit{inHour: 200, inDay: 800} // weeks of agendas
)

const day = 24 * time.Hour

// Service counts views.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// CountSheets counts views of the workers' sheets. It fails with Throttled beyond the limit.
// Administrators are not limited.
func (s *Service) CountSheets(ctx context.Context, v *viewer.Viewer, workers ...uuid.UUID) error {
	return s.count(ctx, v, workers, "", sheetLimit)
}

// CountPart is CountSheets for a worker's sheet and a part of the agenda: the slots of a week
// (2026-W48), or the days of a month with available slots (2026-12).
func (s *Service) CountPart(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, part string) error {
	if err := s.CountSheets(ctx, v, worker); err != nil {
		return err
	}
	return s.count(ctx, v, []uuid.UUID{worker}, part, weekLimit)
}

func (s *Service) count(ctx context.Context, v *viewer.Viewer, workers []uuid.UUID, part string, most limit) error {
	if v.Role == viewer.Administrator {
		return nil
	}
	unseen, err := readUnseen(ctx, s.db.Pool, v.ID, workers, part, s.db.Now())
	if err != nil || len(unseen) == 0 {
		return err
	}
	return s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
		used, err := lockViews(ctx, tx, v.ID, part != "")
		if err != nil {
			return err
		}
		if wait := most.wait(used, len(unseen), tx.Now); wait > 0 {
			return fault.Wait(tooMany, wait)
		}
		return putViews(ctx, tx, v.ID, unseen, part)
	})
}

const tooMany = "Vous avez regardé beaucoup de fiches et d’agendas en peu de temps. C’est limité pour que personne ne les recopie en nombre."

// used is a person's views of one kind in the last hour and day.
type used struct {
	InHour, InDay     int
	HourFrom, DayFrom *time.Time // the earliest view of each; nil if there is none
}

// wait is how long the person has to wait before that many more views are allowed; zero if
// they are allowed now.
func (l limit) wait(u used, more int, now time.Time) time.Duration {
	switch {
	case u.InDay+more > l.inDay && u.DayFrom != nil:
		return u.DayFrom.Add(day).Sub(now)
	case u.InHour+more > l.inHour && u.HourFrom != nil:
		return u.HourFrom.Add(time.Hour).Sub(now)
	}
	return 0
}
