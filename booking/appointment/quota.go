package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ErrUsedUp means that no consultation of the contract is left (R9).
var ErrUsedUp = fault.New(fault.Invalid, "Votre entreprise prévoit un nombre de consultations par an, et il est atteint pour cette année-là. Choisissez une date de l’année suivante, ou appelez le standard : il peut vous dire vers qui vous tourner.")

// Entitled fails unless the contract of the person's client is running, includes the mode,
// and leaves the person a consultation in the year of the appointment. Appointments that
// occupy or occupied their slot count; those cancelled, declined or expired do not. except
// is an appointment that is about to be moved. The person must be locked (LockClient), so
// that two bookings at once do not both use the last one.
func Entitled(ctx context.Context, tx postgres.Tx, client, person, except uuid.UUID, r Request) error {
	contract, err := company.ContractOf(ctx, tx, client)
	if err != nil {
		return err
	}
	if err := Permits(contract, r.Mode, tx.Now); err != nil {
		return err
	}
	left, err := leaves(ctx, tx, contract, person, except, r.StartsAt, tx.Now)
	if err == nil && !left {
		return ErrUsedUp
	}
	return err
}

// leaves reports whether the contract leaves the person a consultation in the year of the
// appointment; except is not counted.
func leaves(ctx context.Context, q postgres.Querier, contract company.Contract, person, except uuid.UUID, at, now time.Time) (bool, error) {
	if contract.PerYear == 0 {
		return true, nil
	}
	_, from, to := company.YearOf(at)
	used, err := countUsed(ctx, q, person, except, slot.Period{From: from, To: to}, now)
	return used < contract.PerYear, err
}

// UsedUp returns the years in which span begins and ends that leave the person no
// consultation.
func UsedUp(ctx context.Context, q postgres.Querier, contract company.Contract, person, except uuid.UUID, span slot.Period, now time.Time) (years []slot.Period, err error) {
	for _, at := range []time.Time{span.From, span.To} {
		left, err := leaves(ctx, q, contract, person, except, at, now)
		if err != nil {
			return nil, err
		}
		if !left {
			_, from, to := company.YearOf(at)
			years = append(years, slot.Period{From: from, To: to})
		}
	}
	return years, nil
}

// Allowance is how many consultations the contract includes in a year, and how many are
// left.
type Allowance struct {
	Limited bool
	PerYear int
	Left    int
	Year    int
}

// Allowance returns the person's allowance in the year of the appointment.
func (s *Service) Allowance(ctx context.Context, person uuid.UUID, r Request) (Allowance, error) {
	contract, err := s.accounts.People.Contract(ctx, person)
	if err != nil || contract.PerYear == 0 {
		return Allowance{}, err
	}
	year, from, to := company.YearOf(r.StartsAt)
	used, err := countUsed(ctx, s.db.Pool, person, uuid.Nil, slot.Period{From: from, To: to}, s.db.Now())
	return Allowance{Limited: true, PerYear: contract.PerYear, Left: max(contract.PerYear-used, 0), Year: year}, err
}
