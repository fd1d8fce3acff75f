package jobs

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// The queues. Each is worked for itself: whatever waits for somebody's server, or
// waits in line for it, delays nothing of another queue.
const (
	Outbound = "outbound" // what reads from other people's servers
	Mail     = "mail"
	Text     = "sms"

	roundsQueue = "rounds"
)

// queues says how many jobs of each queue are worked at once. Every round may be under
// way beside the others: one that lasts delays none.
func queues(rounds int) map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		roundsQueue: {MaxWorkers: rounds + 2}, river.QueueDefault: {MaxWorkers: 4},
		Mail: {MaxWorkers: 8}, Text: {MaxWorkers: 4}, Outbound: {MaxWorkers: 4},
	}
}

// shareOfConnections is the part of the pool's connections that rounds hold at once, and
// the part that all other jobs hold together: the rest is the site's.
const shareOfConnections = 4

// inShares has jobs take their connections out of a bounded share of the pool, the
// rounds out of one of their own.
func inShares(conns int) rivertype.Middleware {
	most := max(1, conns/shareOfConnections)
	rounds, others := postgres.NewShare(most), postgres.NewShare(most)
	return river.WorkerMiddlewareFunc(func(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
		if job.Queue == roundsQueue {
			return work(rounds.Within(ctx))
		}
		return work(others.Within(ctx))
	})
}
