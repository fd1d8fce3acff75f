package jobs_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
)

// waitingArgs is a job that reports that it ran.
type waitingArgs struct {
	Name string `json:"name"`
}

func (waitingArgs) Kind() string { return "waiting" }

type waitingWorker struct {
	river.WorkerDefaults[waitingArgs]
	ran chan string
}

func (w waitingWorker) Work(_ context.Context, job *river.Job[waitingArgs]) error {
	w.ran <- job.Args.Name
	return nil
}

// With a moved clock, a job runs when that clock reaches its instant. If the clock is moved
// while nothing runs, waiting jobs are checked again.
func TestAJobIsScheduledByThePlatformsClock(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	queue, err := jobs.NewQueue(db)
	if err != nil {
		t.Fatal(err)
	}
	moved := db.Ahead(500 * 24 * time.Hour)
	add := func(name string, in time.Duration) {
		t.Helper()
		err := moved.InTx(t.Context(), func(tx postgres.Tx) error {
			return queue.Add(t.Context(), tx, waitingArgs{name}, &river.InsertOpts{ScheduledAt: tx.Now.Add(in)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("in an hour", time.Hour)
	add("a moment ago", -time.Second)
	worker := waitingWorker{ran: make(chan string, 10)}
	start := func() *jobs.Runner {
		workers := river.NewWorkers()
		river.AddWorker(workers, worker)
		runner, err := jobs.Start(t.Context(), moved, workers, nil)
		if err != nil {
			t.Fatal(err)
		}
		return runner
	}
	wants := func(name string) {
		t.Helper()
		select {
		case got := <-worker.ran:
			if got != name {
				t.Errorf("%q ran, want %q", got, name)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%q did not run within a minute", name)
		}
	}
	runner := start()
	wants("a moment ago")
	if err := runner.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var due time.Time
	if err := db.Pool.QueryRow(t.Context(), `select scheduled_at from river_job where state = 'scheduled'`).Scan(&due); err != nil {
		t.Fatal(err)
	}
	if in := time.Until(due); in < 50*time.Minute || in > time.Hour {
		t.Errorf("by the machine's clock it is due in %s, want an hour", in)
	}
	if err := jobs.Wake(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	runner = start()
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
	wants("in an hour")
}
