package booking

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// count adds a booking that was just made to the figures of the person's client: to
// its mode and to its reason, each only if it is the person's first of the month in
// it (R10). What is cancelled later was counted all the same, and counts no second
// time when it is booked again. The person must be held (HoldClient), so that two
// bookings at once are counted one after the other.
func count(ctx context.Context, tx postgres.Tx, client, beneficiary, id uuid.UUID, r Request) error {
	first, err := readFirsts(ctx, tx, beneficiary, id, r)
	if err != nil {
		return err
	}
	var figures []company.Figure
	if first.OfMode {
		figures = append(figures, company.BookedByMode(string(r.Mode)))
	}
	if first.OfReason {
		figures = append(figures, company.BookedForReason(r.Reason))
	}
	return company.Count(ctx, tx, client, figures...)
}
