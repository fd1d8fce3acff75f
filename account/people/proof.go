package people

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Prove notes that somebody was reached at their address, or at their mobile where
// they have none. The first time, whoever else waited with the address vanishes, a
// beneficiary's connection code has served, and
// one more person has opened an account. Before that neither a code's limit nor a
// figure moves: invented addresses count for nothing, and nobody can tell from
// either whether an address was known (R5, R10). company.ErrUsedUp when somebody
// else was faster with the code's last use; the link then still works.
func (s *Service) Prove(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	p, first, err := markValidated(ctx, tx, id)
	if err != nil || !first {
		return err
	}
	if err := s.Vanish(ctx, tx, p.Email, 0); err != nil {
		return err
	}
	if err := s.Limits.GiveMailsBack(ctx, tx, p.Email); err != nil {
		return err
	}
	if p.Role != viewer.Beneficiary {
		return nil
	}
	if p.CodeID != uuid.Nil {
		if err := s.Companies.Use(ctx, tx, p.CodeID); err != nil {
			return err
		}
	}
	return countOnce(ctx, tx, id, p.ClientID)
}
