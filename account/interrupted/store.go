package interrupted

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func upsert(ctx context.Context, tx postgres.Tx, account uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into interrupted_forms (account_id, sealed, kept_at) values ($1, $2, $3)
		on conflict (account_id) do update set sealed = excluded.sealed, kept_at = excluded.kept_at`, account, sealed, tx.Now)
	return err
}

func read(ctx context.Context, q postgres.Querier, account uuid.UUID, now time.Time) (sealed []byte, err error) {
	err = q.QueryRow(ctx, `select sealed from interrupted_forms where account_id = $1 and kept_at > $2`, account, now.Add(-Lifetime)).Scan(&sealed)
	return sealed, err
}

func deleteOld(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from interrupted_forms where kept_at <= $1`, tx.Now.Add(-Lifetime))
	return err
}

func deleteOf(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from interrupted_forms where account_id = $1`, account)
	return err
}
