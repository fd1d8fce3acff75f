package limit

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

// countTry counts a try and returns how many there are, with the instant until
// which the ones before it must wait: the caller rolls back when that is to come.
// A counter that makes nobody wait is blocked until an instant long past, not
// until its last try: of two at once, the later may come first.
func countTry(ctx context.Context, tx postgres.Tx, key string) (tries int, blocked time.Time, err error) {
	err = tx.QueryRow(ctx, `
		insert into throttles as t (key, failures, blocked_until, seen_at) values ($1, 1, 'epoch', $2)
		on conflict (key) do update
		set failures = case when t.seen_at < $3 then 1 else t.failures + 1 end, seen_at = $2
		returning failures, blocked_until`, key, tx.Now, tx.Now.Add(-throttleMemory)).Scan(&tries, &blocked)
	return tries, blocked, err
}

func blockFor(ctx context.Context, tx postgres.Tx, key string, delay time.Duration) error {
	if delay == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `update throttles set blocked_until = $2 where key = $1`, key, tx.Now.Add(delay))
	return err
}

func Forget(ctx context.Context, tx postgres.Tx, t Throttle) error {
	_, err := tx.Exec(ctx, `delete from throttles where key = $1`, t.Key)
	return err
}

// takeBackTry takes back a good try, and the wait that it made for others: there
// was none before, or it would not have been admitted.
func takeBackTry(ctx context.Context, tx postgres.Tx, t Throttle) error {
	_, err := tx.Exec(ctx, `update throttles set failures = greatest(failures - 1, 0), blocked_until = 'epoch' where key = $1`, t.Key)
	return err
}

// Sweep forgets tries that no longer count.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from throttles where seen_at <= $1 and blocked_until <= $2`, tx.Now.Add(-throttleMemory), tx.Now)
	return err
}
