package account

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func lockClient(ctx context.Context, tx postgres.Tx, person uuid.UUID) (client uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		select client_id from accounts where id = $1 and client_id is not null for no key update`, person).Scan(&client)
	if postgres.NoRows(err) {
		return uuid.Nil, fault.Wrap(fault.NotFound, err)
	}
	return client, err
}
