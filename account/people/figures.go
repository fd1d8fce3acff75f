package people

import (
	"context"

	"socialdirect/company/figures"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// LockClient returns the client of a beneficiary and locks the account until the
// transaction ends: one person's bookings are made one after the other.
// NotFound for somebody without a client.
func (s *Service) LockClient(ctx context.Context, tx postgres.Tx, person uuid.UUID) (uuid.UUID, error) {
	return lockClient(ctx, tx, person)
}

// countOnce counts somebody's account for their client, once in its life.
func countOnce(ctx context.Context, tx postgres.Tx, id, client uuid.UUID) error {
	first, err := markCounted(ctx, tx, id)
	if err != nil || !first {
		return err
	}
	return figures.CountAccount(ctx, tx, client)
}

// CountedClients returns the clients of those among the people whose hours are counted
// for them (R10), and holds these people from being erased until the transaction ends:
// whoever was not erased and, where SMS are sent, gave back a code that was sent to
// their mobile, so that an invented person is in no figure.
func (s *Service) CountedClients(ctx context.Context, tx postgres.Tx, people []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	return lockCounted(ctx, tx, people, s.SMS)
}
