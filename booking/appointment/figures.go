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

// countedAtOnce is the number of appointments in one transaction, or more if several begin
// together.
const countedAtOnce = 200

// CountHours adds appointments since its last run to the figures of the people's clients
// (R10). A person counts once a calendar year, with the first appointment that was not
// cancelled before it began. Cancelled appointments never count, so that booking and
// cancelling changes no figure. Each appointment is considered once, when it is over.
//
// The list of counted people is kept until the year is over, or until they are erased. The
// appointments of an erased person are not considered any longer.
func (s *Service) CountHours(ctx context.Context) error {
	for {
		if more, err := s.countSome(ctx); err != nil || !more {
			return err
		}
	}
}

// countSome counts the next appointments, and reports whether there may be more.
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

// countBetween counts the appointments that began after from, up to and including until.
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
