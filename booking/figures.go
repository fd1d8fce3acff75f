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
// time when it is booked again.
func (s *Service) count(ctx context.Context, tx postgres.Tx, beneficiary, id uuid.UUID, r Request) error {
	client, err := s.accounts.HoldClient(ctx, tx, beneficiary)
	if err != nil {
		return err
	}
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
