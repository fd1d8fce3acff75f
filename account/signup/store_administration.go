package signup

import (
	"context"

	"github.com/google/uuid"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
)

func InsertRefusals(ctx context.Context, tx postgres.Tx, account uuid.UUID, hashes [][]byte) error {
	_, err := tx.Exec(ctx, `insert into refused_sign_ups (hash, account_id) select unnest($1::bytea[]), $2::uuid`, hashes, account)
	return err
}

func DeleteRefusals(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from refused_sign_ups where account_id = $1`, account)
	return err
}

// readRefusedPeople lists the people to whom sign-up is refused.
func readRefusedPeople(ctx context.Context, tx postgres.Tx) (map[uuid.UUID]people.Person, error) {
	rows, err := postgres.All[struct{ AccountID uuid.UUID }](ctx, tx, `select distinct account_id from refused_sign_ups`)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	return people.ReadAll(ctx, tx, ids)
}

func replaceRefusal(ctx context.Context, tx postgres.Tx, former, hash []byte) error {
	_, err := tx.Exec(ctx, `update refused_sign_ups set hash = $2 where hash = $1`, former, hash)
	return err
}

func HasRefusals(ctx context.Context, q postgres.Querier, account uuid.UUID) (has bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from refused_sign_ups where account_id = $1)`, account).Scan(&has)
	return has, err
}

func anyRefused(ctx context.Context, q postgres.Querier, hashes [][]byte) (refused bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from refused_sign_ups where hash = any($1))`, hashes).Scan(&refused)
	return refused, err
}
