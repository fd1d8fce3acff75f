package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/company/figures"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// countedAtOnce is how many appointments are looked at in one transaction, or more
// where several begin together.
const countedAtOnce = 200

// CountHours adds what took place since it last went to the figures of the people's
// clients (R10): each person once a calendar year, with the first hour of theirs in it
// that was not cancelled before it began. Cancelled hours are never counted, so that
// booking and cancelling moves no figure. Each hour is looked at once, when it is over:
// what was counted stays, and what was not never is.
//
// Who was counted in a year is kept until the year is over, or until they are erased;
// who was erased has no hour that would be looked at any more.
func (s *Service) CountHours(ctx context.Context) error {
	for {
		if more, err := s.countSome(ctx); err != nil || !more {
			return err
		}
	}
}

// countSome looks at the next appointments, and reports whether there may be others.
func (s *Service) countSome(ctx context.Context) (more bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		_, newYear, _ := company.YearOf(tx.Now)
		from, err := lockHoursCounted(ctx, tx, newYear.Add(-time.Microsecond))
		if err != nil {
			return err
		}
		until, found, err := endOfNext(ctx, tx, from, tx.Now.Add(-slot.Length), countedAtOnce)
		if err != nil || !found {
			return err
		}
		more = true
		if err := s.countBetween(ctx, tx, from, until); err != nil {
			return err
		}
		year, _, _ := company.YearOf(until)
		return setHoursCounted(ctx, tx, until, year)
	})
	return more, err
}

// countBetween counts the hours that began after from, until included.
func (s *Service) countBetween(ctx context.Context, tx postgres.Tx, from, until time.Time) error {
	hours, err := readHours(ctx, tx, from, until)
	if err != nil {
		return err
	}
	people := make([]uuid.UUID, len(hours))
	for i, hour := range hours {
		people[i] = hour.BeneficiaryID
	}
	clients, err := s.accounts.People.CountedClients(ctx, tx, people)
	if err != nil {
		return err
	}
	for _, hour := range hours {
		if client, counted := clients[hour.BeneficiaryID]; counted {
			if err := countHour(ctx, tx, client, hour); err != nil {
				return err
			}
		}
	}
	return nil
}

func countHour(ctx context.Context, tx postgres.Tx, client uuid.UUID, hour hourRow) error {
	year, _, _ := company.YearOf(hour.StartsAt)
	first, err := markCounted(ctx, tx, hour.BeneficiaryID, year)
	if err != nil || !first {
		return err
	}
	return figures.CountHour(ctx, tx, client, hour.StartsAt, string(hour.Mode), hour.Reason)
}
