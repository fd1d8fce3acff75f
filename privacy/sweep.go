package privacy

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
)

// sweepEvery is how often what has ended is removed.
const sweepEvery = time.Hour

// Sweep destroys requests that nobody confirmed in time, and archives whose day has
// come.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		stale, err := deleteUnconfirmed(ctx, tx, tx.Now.Add(-LinkLifetime))
		if err != nil {
			return err
		}
		for _, id := range stale {
			if err := s.vault.Destroy(ctx, tx, id); err != nil {
				return err
			}
		}
		over, err := deleteArchives(ctx, tx, day(tx.Now))
		if err != nil {
			return err
		}
		for _, person := range over {
			if err := s.vault.DestroyArchive(ctx, tx, person); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweepArgs is the periodic job.
type sweepArgs struct{}

// Kind names the job.
func (sweepArgs) Kind() string { return "privacy_sweep" }

// SweepWorker removes what has ended.
type SweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	rights *Service
}

// NewSweepWorker returns the worker that River runs.
func NewSweepWorker(rights *Service) *SweepWorker { return &SweepWorker{rights: rights} }

// Work sweeps once.
func (w *SweepWorker) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return w.rights.Sweep(ctx)
}

// PeriodicSweep has the queue sweep at every start and every hour.
func PeriodicSweep() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(sweepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
