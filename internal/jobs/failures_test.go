package jobs_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
)

// brokenArgs is a job that always fails.
type brokenArgs struct {
	Panics bool `json:"panics"`
}

func (brokenArgs) Kind() string { return "broken" }

type brokenWorker struct {
	river.WorkerDefaults[brokenArgs]
}

func (brokenWorker) Work(_ context.Context, job *river.Job[brokenArgs]) error {
	if job.Args.Panics {
		panic("zoe@exemple.fr")
	}
	return errors.New("the cause")
}

func TestFailedJobsAreLogged(t *testing.T) { // not parallel: it reads the log
	db, err := postgres.Open(t.Context(), dbtest.New(t), 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	log, written := io.Pipe()
	slog.SetDefault(slog.New(slog.NewTextHandler(written, &slog.HandlerOptions{Level: slog.LevelInfo})))
	workers := river.NewWorkers()
	river.AddWorker(workers, brokenWorker{})
	runner, err := jobs.Start(t.Context(), db, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 100)
	go func() {
		for logged := bufio.NewScanner(log); logged.Scan(); {
			if !strings.Contains(logged.Text(), "attempt=2") { // of an earlier attempt
				lines <- logged.Text()
			}
		}
	}()
	queue, err := jobs.NewQueue(db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		panics   bool
		attempts int
		level    string
		says     string
	}{
		{false, 5, "WARN", "cause=\"the cause\""},
		{false, 1, "ERROR", "cause=\"the cause\""},
		{true, 5, "WARN", "failures_test.go"},
		{true, 1, "ERROR", "failures_test.go"},
	} {
		t.Run(c.level, func(t *testing.T) {
			err := db.InTx(t.Context(), func(tx postgres.Tx) error {
				return queue.Add(t.Context(), tx, brokenArgs{c.panics}, &river.InsertOpts{MaxAttempts: c.attempts})
			})
			if err != nil {
				t.Fatal(err)
			}
			select {
			case line := <-lines:
				for _, want := range []string{"level=" + c.level, "kind=broken", "attempt=1", " id=", c.says} {
					if !strings.Contains(line, want) {
						t.Errorf("%+v: the log lacks %q: %s", c, want, line)
					}
				}
				if strings.Contains(line, "zoe@") {
					t.Errorf("the log contains personal data: %s", line)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%+v: nothing was logged", c)
			}
		})
	}
	if err := runner.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}
