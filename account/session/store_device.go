package session

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func readKnown(ctx context.Context, q postgres.Querier, hash []byte, email string, now time.Time) (known bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from known_devices d join accounts a on a.id = d.account_id
		               where d.token_hash = $1 and lower(a.email) = lower($2) and d.expires_at > $3)`, hash, email, now).Scan(&known)
	return known, err
}

func readKnownTo(ctx context.Context, q postgres.Querier, hash []byte, account uuid.UUID, now time.Time) (known bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from known_devices where token_hash = $1 and account_id = $2 and expires_at > $3)`, hash, account, now).Scan(&known)
	return known, err
}

// insertKnown saves a known device and deletes the oldest ones beyond knownDevices.
func insertKnown(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash []byte) error {
	_, err := tx.Exec(ctx, `insert into known_devices (token_hash, account_id, created_at, expires_at) values ($1, $2, $3, $4)`,
		hash, id, tx.Now, tx.Now.Add(DeviceLifetime))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		delete from known_devices where token_hash in (
			select token_hash from known_devices where account_id = $1 order by created_at desc, token_hash = $2 desc offset $3)`, id, hash, knownDevices)
	return err
}

func forgetDevice(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash []byte) error {
	_, err := tx.Exec(ctx, `delete from known_devices where account_id = $1 and token_hash = $2`, id, hash)
	return err
}

func forgetDevices(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from known_devices where account_id = $1`, id)
	return err
}
