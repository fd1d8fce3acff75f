package session

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ReadSecondFactors returns the second factors of an account.
func ReadSecondFactors(ctx context.Context, q postgres.Querier, account uuid.UUID) (SecondFactors, error) {
	return postgres.One[SecondFactors](ctx, q, `
		select exists (select from totp where account_id = $1 and confirmed_at is not null) as application,
		       (select count(*) from passkeys where account_id = $1) as passkeys`, account)
}

// MarkPasskey records that a passkey was used in a session.
func MarkPasskey(ctx context.Context, tx postgres.Tx, session []byte) error {
	_, err := tx.Exec(ctx, `update sessions set passkey_at = $2 where id_hash = $1`, session, tx.Now)
	return err
}

// TakePasskeyMark reports whether a passkey was used in the session since an instant, and
// deletes that record, so that it counts once.
func TakePasskeyMark(ctx context.Context, tx postgres.Tx, session []byte, since time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `update sessions set passkey_at = null where id_hash = $1 and passkey_at > $2`, session, since)
	return done.RowsAffected() > 0, err
}

// ReadPasskeyMark reports whether a passkey was used in the session since an instant.
func ReadPasskeyMark(ctx context.Context, q postgres.Querier, session []byte, since time.Time) (fresh bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from sessions where id_hash = $1 and passkey_at > $2)`, session, since).Scan(&fresh)
	return fresh, err
}
