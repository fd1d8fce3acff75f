package jobs

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
)

// Trouble is what keeps messages of a queue from being taken, through no fault of those
// who wait for them.
type Trouble struct {
	Waiting int       // messages
	Since   time.Time // when the first of them was asked for
	Why     string    // what the server said last
}

// Trouble finds the messages that a queue's server did not take at their last try.
func (q *Queue) Trouble(ctx context.Context, queue string) (Trouble, error) {
	return postgres.One[Trouble](ctx, q.pool, `
		select count(*) as waiting, coalesce(min(created_at), to_timestamp(0)) as since,
		       coalesce((array_agg(metadata->'output'->>'trouble' order by attempted_at desc))[1], '') as why
		from river_job where queue = $1 and state in ('retryable', 'available', 'running') and metadata->'output'->>'trouble' <> ''`, queue)
}

// OldestDue is for how long the job that is due longest has waited; none waits for
// nothing.
func (q *Queue) OldestDue(ctx context.Context) (time.Duration, error) {
	var seconds float64
	err := q.pool.QueryRow(ctx, `
		select coalesce(extract(epoch from now() - min(greatest(scheduled_at, created_at))), 0)::float8 from river_job
		where state in ('available', 'retryable', 'scheduled') and scheduled_at <= now()`).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}
