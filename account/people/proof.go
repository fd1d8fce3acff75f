package people

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Prove marks a person's e-mail address as proved, or their mobile number if they have no
// address. The first time, it removes the other pending registrations with the address,
// counts a use of the beneficiary's connection code, and counts the account in the figures.
// Nothing is counted before, so that invented addresses do not count, and neither a code's
// limit nor a figure reveals whether an address has an account (R5, R10). It fails with
// company.ErrUsedUp when the code has no use left; the link then still works.
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
