package people

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

// lockCounted reads and locks the people who have a client and, if answered is set, a proved
// mobile number. It returns their clients.
func lockCounted(ctx context.Context, tx postgres.Tx, people []uuid.UUID, answered bool) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := postgres.All[struct{ ID, ClientID uuid.UUID }](ctx, tx, `
		select id, client_id from accounts
		where id = any($1) and role = 'beneficiary' and client_id is not null and (not $2 or mobile_validated_at is not null)
		order by id for key share`, people, answered)
	clients := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		clients[r.ID] = r.ClientID
	}
	return clients, err
}

// markCounted marks an account as counted. It returns false when it was counted before.
func markCounted(ctx context.Context, tx postgres.Tx, id uuid.UUID) (first bool, err error) {
	tag, err := tx.Exec(ctx, `update accounts set counted = true where id = $1 and not counted`, id)
	return tag.RowsAffected() > 0, err
}
