package factor

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type totpRow struct {
	SealedSecret []byte
	Confirmed    bool
	LastCounter  int64
	Session      []byte // the session that was shown the secret, until it is confirmed
}

func lockTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID) (totpRow, error) {
	return postgres.One[totpRow](ctx, tx, `
		select sealed_secret, confirmed_at is not null as confirmed, last_counter, session from totp where account_id = $1 for update`, id)
}

// putTOTP saves the secret that a session is shown. It replaces an unconfirmed one.
func putTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed, session []byte) error {
	_, err := tx.Exec(ctx, `
		insert into totp (account_id, sealed_secret, session) values ($1, $2, $3)
		on conflict (account_id) do update set sealed_secret = excluded.sealed_secret, session = excluded.session where totp.confirmed_at is null`,
		id, sealed, session)
	return err
}

func useCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, counter int64) error {
	_, err := tx.Exec(ctx, `update totp set last_counter = $2, confirmed_at = coalesce(confirmed_at, $3), session = null where account_id = $1`, id, counter, tx.Now)
	return err
}
