package apikey

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// lockKeys counts the working keys of a client and locks the client until the transaction
// ends, so that two managers together cannot exceed the limit.
func lockKeys(ctx context.Context, tx postgres.Tx, client uuid.UUID) (working int, err error) {
	if _, err := tx.Exec(ctx, `select from clients where id = $1 for no key update`, client); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		select count(*) from client_tokens where client_id = $1 and revoked_at is null and expires_at > $2`, client, tx.Now).Scan(&working)
	return working, err
}

// lockMaker reports whether the viewer still manages their client, and locks the account until
// the transaction ends: a suspension waits, and then revokes the new key too.
func lockMaker(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) (manages bool, err error) {
	err = tx.QueryRow(ctx, `select hold_manager($1, $2) is not null`, v.ID, v.ClientID).Scan(&manages)
	return manages, err
}

func insertKey(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, t Key, hash []byte) error {
	_, err := tx.Exec(ctx, `
		insert into client_tokens (id, client_id, name, token_hash, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, v.ClientID, t.Name, hash, v.ID, tx.Now, t.ExpiresAt)
	return err
}

func readKeys(ctx context.Context, q postgres.Querier, client uuid.UUID, now time.Time) ([]Key, error) {
	return postgres.All[Key](ctx, q, `
		select id, name, created_at, expires_at, last_used_on from client_tokens
		where client_id = $1 and revoked_at is null and expires_at > $2 order by created_at desc, id`, client, now)
}

func markRevoked(ctx context.Context, tx postgres.Tx, client, id uuid.UUID) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		update client_tokens set revoked_at = $3 where client_id = $1 and id = $2 and revoked_at is null`, client, id, tx.Now)
	return tag.RowsAffected() > 0, err
}

func markRevokedOf(ctx context.Context, tx postgres.Tx, maker uuid.UUID) ([]Key, error) {
	return postgres.All[Key](ctx, tx, `
		update client_tokens set revoked_at = $2 where created_by = $1 and revoked_at is null
		returning id, name, created_at, expires_at, last_used_on`, maker, tx.Now)
}

type keyRow struct {
	ID        uuid.UUID
	ClientID  uuid.UUID
	Name      string
	CreatedBy uuid.UUID
}

// readKey returns a working key whose maker still manages the client.
func readKey(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (keyRow, error) {
	return postgres.One[keyRow](ctx, q, `
		select id, client_id, name, created_by from client_tokens
		where token_hash = $1 and revoked_at is null and expires_at > $2 and manages(created_by, client_id)`, hash, now)
}

// noteUse records the day of a use, once a day.
func noteUse(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `
		update client_tokens set last_used_on = $2 where id = $1 and last_used_on is distinct from $2::date`, id, zone.Day(now))
	return err
}
