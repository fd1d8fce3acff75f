package account

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
)

// sweepEvery is how often what has ended is removed.
const sweepEvery = time.Hour

// Sweep removes ended sessions, links that no longer work, failures that no
// longer count, and what passkeys and recovery codes leave behind.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := deleteStale(ctx, tx); err != nil {
			return err
		}
		return deleteStaleSecondFactors(ctx, tx)
	})
}

// sweepArgs is the periodic job.
type sweepArgs struct{}

// Kind names the job.
func (sweepArgs) Kind() string { return "account_sweep" }

// SweepWorker removes what has ended.
type SweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	accounts *Service
}

// NewSweepWorker returns the worker that River runs.
func NewSweepWorker(accounts *Service) *SweepWorker { return &SweepWorker{accounts: accounts} }

// Work sweeps once.
func (w *SweepWorker) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return w.accounts.Sweep(ctx)
}

// PeriodicSweep has the queue sweep at every start and every hour.
func PeriodicSweep() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(sweepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
