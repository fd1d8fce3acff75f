package jobs

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
)

// Trouble describes messages of a queue that are not sent because of a server's problem.
type Trouble struct {
	Waiting int       // number of messages
	Since   time.Time // when the oldest was queued
	Why     string    // the server's last answer
}

// Trouble returns the messages of a queue that the server did not accept at the last attempt.
func (q *Queue) Trouble(ctx context.Context, queue string) (Trouble, error) {
	return postgres.One[Trouble](ctx, q.pool, `
		select count(*) as waiting, coalesce(min(created_at), to_timestamp(0)) as since,
		       coalesce((array_agg(metadata->'output'->>'trouble' order by attempted_at desc))[1], '') as why
		from river_job where queue = $1 and state in ('retryable', 'available', 'running') and metadata->'output'->>'trouble' <> ''`, queue)
}

// OldestDue returns for how long the oldest due job has waited; zero if none is due.
func (q *Queue) OldestDue(ctx context.Context) (time.Duration, error) {
	var seconds float64
	err := q.pool.QueryRow(ctx, `
		select coalesce(extract(epoch from now() - min(greatest(scheduled_at, created_at))), 0)::float8 from river_job
		where state in ('available', 'retryable', 'scheduled') and scheduled_at <= now()`).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}
