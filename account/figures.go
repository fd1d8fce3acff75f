package account

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// HoldClient returns the client of a beneficiary and holds the account until the
// transaction ends: one person's acts are counted one after the other (R10).
// NotFound for somebody without a client.
func (s *Service) HoldClient(ctx context.Context, tx postgres.Tx, person uuid.UUID) (uuid.UUID, error) {
	return lockClient(ctx, tx, person)
}
