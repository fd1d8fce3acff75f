package people

import (
	"context"

	"socialdirect/company/figures"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// LockClient returns the client of a beneficiary and locks the account until the
// transaction ends, so that one person's bookings are made one after the other. It fails
// with NotFound for somebody without a client.
func (s *Service) LockClient(ctx context.Context, tx postgres.Tx, person uuid.UUID) (uuid.UUID, error) {
	return lockClient(ctx, tx, person)
}

// countOnce counts an account for its client, once in its lifetime.
func countOnce(ctx context.Context, tx postgres.Tx, id, client uuid.UUID) error {
	first, err := markCounted(ctx, tx, id)
	if err != nil || !first {
		return err
	}
	return figures.CountAccount(ctx, tx, client)
}

// CountedClients returns the clients of those people whose appointments count in the figures
// (R10), and locks these people's accounts against an erasure until the transaction ends.
// Erased people do not count. If there is an SMS gateway, people without a proved mobile
// number do not count either, so that invented people are in no figure.
func (s *Service) CountedClients(ctx context.Context, tx postgres.Tx, people []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	return lockCounted(ctx, tx, people, s.SMS)
}
