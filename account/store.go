package account

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func readPasswordHash(ctx context.Context, q postgres.Querier, id uuid.UUID) (hash string, err error) {
	err = q.QueryRow(ctx, `select coalesce(password_hash, '') from accounts where id = $1`, id).Scan(&hash)
	return hash, err
}

type credentials struct {
	ID           uuid.UUID
	PasswordHash string
}

func readCredentials(ctx context.Context, q postgres.Querier, email string) (credentials, error) {
	return postgres.One[credentials](ctx, q, `
		select id, coalesce(password_hash, '') as password_hash from accounts where lower(email) = lower($1) and not unproved`, email)
}

// readSecondFactor tells whether a password is not enough: a beneficiary's passkey
// is a way in of its own, beside the password.
func readSecondFactor(ctx context.Context, tx postgres.Tx, id uuid.UUID) (role viewer.Role, enrolled bool, err error) {
	err = tx.QueryRow(ctx, `
		select a.role, t.confirmed_at is not null or a.role <> 'beneficiary' and exists (select from passkeys p where p.account_id = a.id)
		from accounts a left join totp t on t.account_id = a.id where a.id = $1`, id).Scan(&role, &enrolled)
	return role, enrolled, err
}

// Second factor.

type totpRow struct {
	SealedSecret []byte
	Confirmed    bool
	LastCounter  int64
	Session      []byte // that was shown the secret, until it is confirmed
}

func lockTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID) (totpRow, error) {
	return postgres.One[totpRow](ctx, tx, `
		select sealed_secret, confirmed_at is not null as confirmed, last_counter, session from totp where account_id = $1 for update`, id)
}

// putTOTP keeps the secret that a session is shown, in place of another that was
// not confirmed.
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
