package session

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readTexted returns the account that signs in with a number, or zero.
func readTexted(ctx context.Context, q postgres.Querier, mobile string) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `select id from accounts where mobile = $1 and email is null`, mobile).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, nil
	}
	return id, err
}
