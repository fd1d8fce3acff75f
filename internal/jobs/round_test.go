package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
)

// A round runs at every start; a failed one is not retried; it runs once more on request,
// unless the request is rolled back.
func TestARoundRunsAtEveryStartAndOnRequest(t *testing.T) {
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
	var good, bad atomic.Int64
	gone := make(chan struct{}, 10)
	rounds := []jobs.Round{
		{Name: "good", Every: time.Hour, Do: func(context.Context) error { good.Add(1); gone <- struct{}{}; return nil }},
		{Name: "bad", Every: time.Hour, Do: func(context.Context) error { bad.Add(1); gone <- struct{}{}; return errors.New("no") }},
	}
	start := func() *jobs.Runner {
		runner, err := jobs.Start(t.Context(), db, river.NewWorkers(), rounds)
		if err != nil {
			t.Fatal(err)
		}
		return runner
	}
	wait := func(n int) {
		t.Helper()
		for range n {
			select {
			case <-gone:
			case <-time.After(30 * time.Second):
				t.Fatal("a round did not run")
			}
		}
	}
	runner := start()
	wait(2)
	if err := runner.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	runner = start()
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
	wait(2)
	ask := func(name string, end error) error {
		return db.InTx(t.Context(), func(tx postgres.Tx) error { return errors.Join(queue.GoRound(t.Context(), tx, name), end) })
	}
	if err := ask("bad", errors.New("thought better of it")); err == nil {
		t.Fatal("the transaction did not fail")
	}
	if err := ask("nobody's", nil); err != nil {
		t.Fatal(err)
	}
	if err := ask("good", nil); err != nil {
		t.Fatal(err)
	}
	wait(1)
	if good.Load() != 3 || bad.Load() != 2 {
		t.Errorf("%d good rounds and %d bad ones, want 3 and 2", good.Load(), bad.Load())
	}
}
