package people

import (
	"context"

	"socialdirect/internal/postgres"
)

// MaxWaiting is how many pending registrations one address may have. A further one replaces
// the oldest, so that nobody can block an address by signing up with it.
const MaxWaiting = 5

// Vanish deletes the pending registrations of an address, with their keys, except the latest
// keep ones.
func (s *Service) Vanish(ctx context.Context, tx postgres.Tx, email string, keep int) error {
	gone, err := deleteWaiting(ctx, tx, email, keep)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := s.Vault.Destroy(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}
