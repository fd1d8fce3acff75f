package signup

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type browserRow struct {
	AccountID uuid.UUID // zero when no account was opened
	Sealed    []byte
}

func putBrowser(ctx context.Context, tx postgres.Tx, hash []byte, account uuid.UUID, sealed []byte, until time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into sign_up_browsers (token_hash, account_id, sealed, expires_at) values ($1, $2, $3, $4)
		on conflict (token_hash) do update set account_id = excluded.account_id, sealed = excluded.sealed, expires_at = excluded.expires_at`,
		hash, postgres.OrNull(account), sealed, until)
	return err
}

func readBrowser(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (browserRow, error) {
	return postgres.One[browserRow](ctx, q, `
		select coalesce(account_id, '00000000-0000-0000-0000-000000000000'::uuid) as account_id, sealed
		from sign_up_browsers where token_hash = $1 and expires_at > $2`, hash, now)
}

// takeBrowser reports whether an account was opened in a browser, and forgets the browser.
func takeBrowser(ctx context.Context, tx postgres.Tx, hash []byte, account uuid.UUID) (bool, error) {
	done, err := tx.Exec(ctx, `delete from sign_up_browsers where token_hash = $1 and account_id = $2 and expires_at > $3`, hash, account, tx.Now)
	return done.RowsAffected() > 0, err
}

// Sweep deletes what was kept of browsers for too long, and refusals whose time is over.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.Exec(ctx, `delete from sign_up_browsers where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	return sweepRefusals(ctx, tx)
}
