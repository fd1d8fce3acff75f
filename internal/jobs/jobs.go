// Package jobs is the queue for work that must not be lost. A job is inserted in the
// transaction of the act that needs it, so that a rollback removes it and a crash does not. It
// uses River on PostgreSQL; domains write their workers with River's own types.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"socialdirect/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// Queue inserts jobs; it does not run them.
type Queue struct {
	client *river.Client[pgx.Tx]
	pool   postgres.Querier
}

// NewQueue returns a queue on the database.
func NewQueue(db *postgres.DB) (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Logger: logger()})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &Queue{client, db.Pool}, nil
}

// Add inserts a job that runs after the transaction has committed. ScheduledAt is an instant
// of the platform's clock.
func (q *Queue) Add(ctx context.Context, tx postgres.Tx, args river.JobArgs, opts *river.InsertOpts) error {
	if opts != nil && !opts.ScheduledAt.IsZero() {
		later := *opts
		later.ScheduledAt = tx.Machine(opts.ScheduledAt)
		opts = &later
	}
	if _, err := q.client.InsertTx(ctx, tx.Tx, args, opts); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// Wake makes every scheduled job check the clock again, for a platform whose clock was moved
// while it was stopped. Jobs that are not due yet are rescheduled.
func Wake(ctx context.Context, db *postgres.DB) error {
	if _, err := db.Pool.Exec(ctx, `update river_job set scheduled_at = now() where state = 'scheduled'`); err != nil {
		return fmt.Errorf("wake jobs: %w", err)
	}
	return nil
}

// rescueAfter is longer than any job runs: a job that is marked as running for longer is run
// again, in case its process died unnoticed (see instance).
const (
	jobTimeout  = time.Minute
	rescueAfter = 2 * time.Minute
)

// Runner runs the jobs.
type Runner struct {
	client *river.Client[pgx.Tx]
	alive  *instance
}

// Start begins to run the jobs of the given workers, and the rounds. Jobs that dead processes
// had begun are requeued first.
func Start(ctx context.Context, db *postgres.DB, workers *river.Workers, rounds []Round) (*Runner, error) {
	alive, err := live(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	client, err := start(ctx, db, alive.id, workers, rounds)
	if err != nil {
		alive.end()
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &Runner{client, alive}, nil
}

func start(ctx context.Context, db *postgres.DB, id string, workers *river.Workers, rounds []Round) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{
		ID:                id,
		Queues:            queues(len(rounds)),
		Workers:           workers,
		PeriodicJobs:      addRounds(workers, rounds),
		Middleware:        []rivertype.Middleware{inShares(int(db.Pool.Config().MaxConns))},
		ErrorHandler:      failures{},
		FetchPollInterval: 500 * time.Millisecond,
		JobTimeout:        jobTimeout,

		RescueStuckJobsAfter: rescueAfter,
		Logger:               logger(),
	})
	if err != nil {
		return nil, err
	}
	return client, client.Start(ctx)
}

// Stop waits for running jobs. If ctx ends first they are cancelled, and run again after the
// next start.
func (r *Runner) Stop(ctx context.Context) error {
	defer r.alive.end()
	if err := r.client.Stop(ctx); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return r.client.StopAndCancel(hard)
}

// logger drops the queue's own messages except warnings, and also those about panics, which
// failures logs without their value.
func logger() *slog.Logger {
	return slog.New(warnings{slog.Default().Handler()})
}

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) Handle(ctx context.Context, record slog.Record) error {
	if strings.Contains(record.Message, "panic recovery") {
		return nil
	}
	return w.Handler.Handle(ctx, record)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
