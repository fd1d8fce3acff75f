package jobs

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// The queues. They run independently: jobs that wait for an external server do not delay other
// queues.
const (
	Outbound = "outbound" // reads from external servers
	Mail     = "mail"
	Text     = "sms"

	roundsQueue = "rounds"
)

// queues returns how many jobs of each queue run at once. All rounds may run at the same time,
// so that a slow one delays none.
func queues(rounds int) map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		roundsQueue: {MaxWorkers: rounds + 2}, river.QueueDefault: {MaxWorkers: 4},
		Mail: {MaxWorkers: 8}, Text: {MaxWorkers: 4}, Outbound: {MaxWorkers: 4},
	}
}

// shareOfConnections is the divisor for the share of the pool's connections that rounds use at
// most, and for that of all other jobs: the rest is for requests.
const shareOfConnections = 4

// inShares makes jobs take their connections out of a limited share of the pool, and rounds
// out of one of their own.
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
