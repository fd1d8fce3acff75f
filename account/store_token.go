package account

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func insertToken(ctx context.Context, tx postgres.Tx, id uuid.UUID, p purpose, hash []byte) error {
	_, err := tx.Exec(ctx, `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash, id, p, tx.Now.Add(p.lifetime()))
	return err
}

func readToken(ctx context.Context, q postgres.Querier, hash []byte, p purpose, now time.Time) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `
		select account_id from account_tokens
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3`, hash, p, now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	return id, err
}

// consumeToken uses up the link and every other one of the same kind.
func consumeToken(ctx context.Context, tx postgres.Tx, hash []byte, p purpose) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		update account_tokens set used_at = $3
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
		returning account_id`, hash, p, tx.Now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	if err != nil {
		return uuid.Nil, err
	}
	_, err = tx.Exec(ctx, `update account_tokens set used_at = $3 where account_id = $1 and purpose = $2 and used_at is null`, id, p, tx.Now)
	return id, err
}
