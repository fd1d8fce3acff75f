package account

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
)

func readBlock(ctx context.Context, q postgres.Querier, keys []string, now time.Time) (time.Time, error) {
	var until *time.Time
	err := q.QueryRow(ctx, `select max(blocked_until) from throttles where key = any($1) and blocked_until > $2`, keys, now).Scan(&until)
	if err != nil || until == nil {
		return time.Time{}, err
	}
	return *until, nil
}

func countFailure(ctx context.Context, tx postgres.Tx, key string) (failures int, err error) {
	err = tx.QueryRow(ctx, `
		insert into throttles as t (key, failures, blocked_until, seen_at) values ($1, 1, $2, $2)
		on conflict (key) do update
		set failures = case when t.seen_at < $3 then 1 else t.failures + 1 end, seen_at = $2
		returning failures`, key, tx.Now, tx.Now.Add(-throttleMemory)).Scan(&failures)
	return failures, err
}

func blockUntil(ctx context.Context, tx postgres.Tx, key string, until time.Time) error {
	_, err := tx.Exec(ctx, `update throttles set blocked_until = $2 where key = $1`, key, until)
	return err
}

func forgetFailures(ctx context.Context, tx postgres.Tx, t throttle) error {
	_, err := tx.Exec(ctx, `delete from throttles where key = $1`, t.key)
	return err
}
