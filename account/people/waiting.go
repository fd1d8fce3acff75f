package people

import (
	"context"

	"socialdirect/internal/postgres"
)

// MaxWaiting bounds how many wait with one address: beyond it the oldest makes room,
// so that nobody shuts an address by signing up with it.
const MaxWaiting = 5

// Vanish takes away those who wait with an address, but for the latest that are
// kept, keys included.
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
