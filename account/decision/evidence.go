package decision

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Archive seals the reasons of the decisions about a person with the key of their archive, before
// an erasure destroys the person's own: they are the operator's evidence (R7).
func (s *Service) Archive(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	rows, err := readDecisions(ctx, tx, person, allRows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Archived {
			continue
		}
		sealed, err := s.people.Archive(ctx, tx, person, aboutDecision(row.ID), row.SealedReason)
		if err != nil {
			return err
		}
		if err := archiveReason(ctx, tx, row.ID, sealed); err != nil {
			return err
		}
	}
	return nil
}

// allRows is more decisions than any account has.
const allRows = 1_000_000

// Taken lists the decisions about an account without their reasons, latest first. The caller has
// checked its viewer.
func (s *Service) Taken(ctx context.Context, q postgres.Querier, id uuid.UUID) ([]Decided, error) {
	rows, err := readDecisions(ctx, q, id, mostShown)
	all := make([]Decided, len(rows))
	for i, row := range rows {
		all[i] = Decided{ID: row.ID, Act: row.Act, Role: row.Role, At: row.DecidedAt}
	}
	return all, err
}
