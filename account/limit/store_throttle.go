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

// countTry counts a try and returns how many there are, and until when the earlier ones
// block the counter. The caller rolls back when that instant is in the future. A counter
// that does not block has an instant in the distant past and not that of its last try: of
// two simultaneous tries, the later one may be counted first.
func countTry(ctx context.Context, tx postgres.Tx, key string) (tries int, blocked time.Time, err error) {
	err = tx.QueryRow(ctx, `
		insert into throttles as t (key, failures, blocked_until, seen_at) values ($1, 1, 'epoch', $2)
		on conflict (key) do update
		set failures = case when t.seen_at <= $3 then 1 else t.failures + 1 end, seen_at = $2
		returning failures, blocked_until`, key, tx.Now, tx.Now.Add(-throttleMemory)).Scan(&tries, &blocked)
	return tries, blocked, err
}

// readTries returns how many tries a counter has.
func readTries(ctx context.Context, q postgres.Querier, key string) (tries int, err error) {
	err = q.QueryRow(ctx, `select coalesce(sum(failures), 0) from throttles where key = $1`, key).Scan(&tries)
	return tries, err
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

// takeBackTry subtracts a successful try and removes the delay that it caused. There was no
// delay before, otherwise the try would have been refused.
func takeBackTry(ctx context.Context, tx postgres.Tx, t Throttle) error {
	_, err := tx.Exec(ctx, `update throttles set failures = greatest(failures - 1, 0), blocked_until = 'epoch' where key = $1`, t.Key)
	return err
}

// Sweep deletes tries that no longer count.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from throttles where seen_at <= $1 and blocked_until <= $2`, tx.Now.Add(-throttleMemory), tx.Now)
	return err
}
