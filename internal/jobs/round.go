package jobs

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Round is periodic work, which runs at every start and at an interval, on one instance each
// time. A failed round is not retried: the next one makes up for it.
type Round struct {
	Name  string // unique and stable
	Every time.Duration
	Do    func(context.Context) error
}

// roundArgs are the arguments of the job of every round.
type roundArgs struct {
	Name string `json:"name"`
}

// Kind names the job.
func (roundArgs) Kind() string { return "round" }

// InsertOpts gives a round one try, in a queue of its own, which nothing else delays.
func (roundArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: roundsQueue, MaxAttempts: 1}
}

// GoRound makes the named round run once more after the transaction has committed.
func (q *Queue) GoRound(ctx context.Context, tx postgres.Tx, name string) error {
	return q.Add(ctx, tx, roundArgs{name}, nil)
}

// oneAtATime prevents a slow round from running twice at once.
var oneAtATime = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}}

func (r Round) periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(r.Every),
		func() (river.JobArgs, *river.InsertOpts) {
			return roundArgs{r.Name}, &river.InsertOpts{UniqueOpts: oneAtATime}
		},
		&river.PeriodicJobOpts{RunOnStart: true})
}

type roundWorker struct {
	river.WorkerDefaults[roundArgs]
	rounds map[string]Round
}

// Work runs one round. It ignores rounds of former versions of the program.
func (w *roundWorker) Work(ctx context.Context, job *river.Job[roundArgs]) error {
	round, known := w.rounds[job.Args.Name]
	if !known {
		return nil
	}
	if err := round.Do(ctx); err != nil {
		return fmt.Errorf("round %s: %w", round.Name, err)
	}
	return nil
}

// addRounds adds the worker of the rounds, and returns their schedules.
func addRounds(workers *river.Workers, rounds []Round) []*river.PeriodicJob {
	worker := &roundWorker{rounds: map[string]Round{}}
	var periodic []*river.PeriodicJob
	for _, r := range rounds {
		worker.rounds[r.Name] = r
		periodic = append(periodic, r.periodic())
	}
	river.AddWorker(workers, worker)
	return periodic
}
