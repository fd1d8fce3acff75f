package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

func open(t *testing.T, conns int) (*postgres.DB, *jobs.Queue) {
	t.Helper()
	db, err := postgres.Open(t.Context(), dbtest.New(t), conns)
	must(t, err)
	t.Cleanup(db.Close)
	queue, err := jobs.NewQueue(db)
	must(t, err)
	return db, queue
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// letterArgs is a message.
type letterArgs struct {
	N        int `json:"n"`
	Priority int `json:"priority"`
}

func (letterArgs) Kind() string                   { return "letter" }
func (a letterArgs) InsertOpts() river.InsertOpts { return jobs.ByMail(a.Priority) }

// postman works letters as a test defines.
type postman struct {
	jobs.MessageDefaults[letterArgs]
	work func(context.Context, *river.Job[letterArgs]) error
}

func (p postman) Work(ctx context.Context, job *river.Job[letterArgs]) error { return p.work(ctx, job) }

func post(t *testing.T, db *postgres.DB, queue *jobs.Queue, letters ...letterArgs) {
	t.Helper()
	must(t, db.InTx(t.Context(), func(tx postgres.Tx) error {
		for _, letter := range letters {
			if err := queue.Add(t.Context(), tx, letter, nil); err != nil {
				return err
			}
		}
		return nil
	}))
}

func run(t *testing.T, db *postgres.DB, rounds []jobs.Round, work func(context.Context, *river.Job[letterArgs]) error) *jobs.Runner {
	t.Helper()
	workers := river.NewWorkers()
	river.AddWorker(workers, postman{work: work})
	runner, err := jobs.Start(t.Context(), db, workers, rounds)
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = runner.Stop(ctx)
	})
	return runner
}

// eventually waits until the condition is true.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("never: %s", what)
		}
	}
}

// While no mail is answered, or thousands wait, and every job wants a connection of a small
// pool, rounds run when they are due and requests get connections.
func TestWaitingMailsDelayNeitherRoundsNorRequests(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	db, queue := open(t, 4)
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	letters := make([]letterArgs, 7000)
	for i := range letters {
		letters[i] = letterArgs{N: i, Priority: jobs.News}
	}
	post(t, db, queue, letters...)
	var waiting, sent atomic.Int64
	var hung atomic.Bool
	hung.Store(true)
	var mu sync.Mutex
	var gone []time.Time
	const every = 2 * time.Second
	rounds := []jobs.Round{{Name: "reminders", Every: every, Do: func(ctx context.Context) error {
		mu.Lock()
		gone = append(gone, time.Now())
		mu.Unlock()
		return db.InTx(ctx, func(postgres.Tx) error { return nil })
	}}}
	run(t, db, rounds, func(ctx context.Context, job *river.Job[letterArgs]) error {
		if hung.Load() {
			waiting.Add(1)
			defer waiting.Add(-1)
			select {
			case <-never:
			case <-ctx.Done():
			case <-time.After(20 * time.Second):
			}
			return errors.New("no answer")
		}
		sent.Add(1)
		return db.InTx(ctx, func(tx postgres.Tx) error { // takes a connection
			_, err := tx.Exec(ctx, `select pg_sleep(0.2)`)
			return err
		})
	})
	// The first round may wait for the election of the scheduler.
	check := func(during string, while func() bool) {
		t.Helper()
		mu.Lock()
		from := len(gone)
		mu.Unlock()
		began := time.Now()
		for time.Since(began) < 5*every {
			soon, cancel := context.WithTimeout(t.Context(), every)
			if err := db.Pool.Ping(soon); err != nil {
				t.Errorf("%s: a request waits for a connection: %v", during, err)
			}
			cancel()
			time.Sleep(20 * time.Millisecond)
		}
		mu.Lock()
		defer mu.Unlock()
		last := began
		for _, at := range append(gone[from:len(gone):len(gone)], time.Now()) {
			if at.Sub(last) > 2*every { // due after one interval, late by at most another
				t.Errorf("%s: no round for %v", during, at.Sub(last))
			}
			last = at
		}
		if !while() {
			t.Errorf("%s: the situation to be tested did not arise", during)
		}
	}
	eventually(t, "a round and as many mails as can be", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(gone) > 0 && waiting.Load() >= 8
	})
	check("no answer", func() bool { return waiting.Load() > 0 && sent.Load() == 0 })
	hung.Store(false)
	eventually(t, "the server answers again", func() bool { return sent.Load() > 8 })
	check("a long line", func() bool { return sent.Load() > 0 && sent.Load() < 7000 })
}

// Messages that a person waits for at the screen are sent before all others.
func TestAwaitedMessagesAreSentFirst(t *testing.T) {
	t.Parallel()
	db, queue := open(t, 10)
	var letters []letterArgs
	for i := range 300 {
		letters = append(letters, letterArgs{N: i, Priority: []int{jobs.Aside, jobs.Reminder, jobs.News, jobs.Awaited}[i%4]})
	}
	post(t, db, queue, letters...)
	var mu sync.Mutex
	var order []int
	run(t, db, nil, func(_ context.Context, job *river.Job[letterArgs]) error {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, job.Args.Priority)
		return nil
	})
	eventually(t, "all are sent", func() bool { mu.Lock(); defer mu.Unlock(); return len(order) == len(letters) })
	for i := range order {
		if i >= 16 && order[i] < order[i-16] { // eight are sent at once
			t.Fatalf("out of order: %v", order)
		}
	}
}

// A slow round does not run twice at once, and does not delay others.
func TestASlowRoundDelaysNoOther(t *testing.T) {
	t.Parallel()
	db, _ := open(t, 4)
	let := make(chan struct{})
	var slow, quick atomic.Int64
	rounds := []jobs.Round{
		{Name: "slow", Every: time.Second, Do: func(context.Context) error { slow.Add(1); <-let; return nil }},
		{Name: "quick", Every: time.Second, Do: func(context.Context) error { quick.Add(1); return nil }},
	}
	run(t, db, rounds, func(context.Context, *river.Job[letterArgs]) error { return nil })
	eventually(t, "the quick one comes round and round", func() bool { return quick.Load() > 4 })
	if n := slow.Load(); n != 1 {
		t.Errorf("the slow round runs %d times at once", n)
	}
	close(let)
	eventually(t, "the slow one comes round again", func() bool { return slow.Load() > 1 })
}

// Jobs that a dead process had begun run again within seconds, by a new process or by a
// running one; those of a living process are left to it.
func TestJobsOfADeadProcessRunAgain(t *testing.T) {
	t.Parallel()
	db, queue := open(t, 20)
	post(t, db, queue, letterArgs{N: 1, Priority: jobs.News}, letterArgs{N: 2, Priority: jobs.Aside}, letterArgs{N: 3, Priority: jobs.Awaited})
	let := make(chan struct{})
	var living, heir sync.Map
	count := func(of *sync.Map) (n int) { of.Range(func(any, any) bool { n++; return true }); return n }
	run(t, db, nil, func(_ context.Context, job *river.Job[letterArgs]) error {
		living.Store(job.Args.N, job.Attempt)
		<-let
		return nil
	})
	eventually(t, "three are under way", func() bool { return count(&living) == 3 })
	dead := func(first, last int) {
		t.Helper()
		for n := first; n <= last; n++ {
			post(t, db, queue, letterArgs{N: n, Priority: jobs.News})
		}
		_, err := db.Pool.Exec(t.Context(), `
			update river_job set state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}', scheduled_at = now() where (args->>'n')::int between $1 and $2`, first, last)
		must(t, err)
	}
	dead(4, 5)
	began := time.Now()
	run(t, db, nil, func(_ context.Context, job *river.Job[letterArgs]) error {
		heir.Store(job.Args.N, job.Attempt)
		return nil
	})
	eventually(t, "those of the dead are taken up", func() bool {
		_, a := heir.Load(4)
		_, b := heir.Load(5)
		_, c := living.Load(4)
		_, d := living.Load(5)
		return (a || c) && (b || d)
	})
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("requeued after %v", took)
	}
	dead(6, 6)
	eventually(t, "and while others run", func() bool {
		_, a := heir.Load(6)
		_, b := living.Load(6)
		return a || b
	})
	for n := 1; n <= 3; n++ {
		if _, twice := heir.Load(n); twice {
			t.Errorf("%d is done by two processes at once", n)
		}
	}
	close(let)
}

// A process that died as the scheduler of rounds does not stop their scheduling.
func TestADeadProcessSchedulesNoRounds(t *testing.T) {
	t.Parallel()
	db, _ := open(t, 10)
	_, err := db.Pool.Exec(t.Context(), `insert into river_leader (elected_at, expires_at, leader_id) values (now(), now() + interval '1 hour', 'gone')`)
	must(t, err)
	gone := make(chan struct{}, 10)
	rounds := []jobs.Round{{Name: "planned", Every: time.Hour, Do: func(context.Context) error { gone <- struct{}{}; return nil }}}
	run(t, db, rounds, func(context.Context, *river.Job[letterArgs]) error { return nil })
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("a dead process is the scheduler, and no round runs")
	}
}

// refusal is a server's error about a recipient.
type refusal struct{ sure bool }

func (refusal) Error() string          { return "refused" }
func (r refusal) Final(times int) bool { return r.sure || times > 2 }
func (refusal) Because() string        { return "unknown" }

type busy struct{ error }

func (busy) Passes() bool { return true }

// One rule decides: a message is lost only if the recipient cannot be reached, and every other
// problem is reported to the operator.
func TestMessagesAreLostOnlyBecauseOfTheRecipient(t *testing.T) {
	t.Parallel()
	db, queue := open(t, 10)
	answers := map[int]func(try int) error{
		1: func(int) error { return nil },
		2: func(int) error { return fmt.Errorf("wrapped: %w", refusal{true}) },
		3: func(int) error { return refusal{} },
		4: func(int) error { return errors.New("554 5.7.1") },
		5: func(int) error { return busy{errors.New("450")} },
		6: func(try int) error { // down at first, then refuses without certainty
			if try < 4 {
				return errors.New("nobody answers")
			}
			return refusal{}
		},
	}
	var letters []letterArgs
	for n := range answers {
		letters = append(letters, letterArgs{N: n, Priority: jobs.News})
	}
	post(t, db, queue, letters...)
	var tries [7]atomic.Int64
	var mended atomic.Bool
	run(t, db, nil, func(ctx context.Context, job *river.Job[letterArgs]) error {
		tries[job.Args.N].Add(1)
		if mended.Load() {
			return nil
		}
		return jobs.SettleOne(ctx, job.JobRow, answers[job.Args.N](job.Attempt))
	})
	hurry := func() { // does not wait for the next try
		_, err := db.Pool.Exec(t.Context(), `update river_job set state = 'available', scheduled_at = now() where state in ('retryable', 'scheduled')`)
		must(t, err)
	}
	trouble := func() jobs.Trouble {
		found, err := queue.Trouble(t.Context(), jobs.Mail)
		must(t, err)
		return found
	}
	eventually(t, "a few tries", func() bool { hurry(); return tries[4].Load() > 4 && tries[6].Load() > 3 })
	if found := trouble(); found.Waiting < 1 || found.Why == "" || found.Since.IsZero() || time.Since(found.Since) > time.Hour {
		t.Errorf("the operator sees %+v", found)
	}
	eventually(t, "many tries", func() bool { hurry(); return tries[4].Load() > 12 && tries[5].Load() > 8 })
	rows, err := postgres.All[struct {
		N       int
		State   rivertype.JobState
		Attempt int
		Output  []byte
	}](t.Context(), db.Pool, `select (args->>'n')::int as n, state, attempt, metadata->'output' as output from river_job where kind = 'letter' order by 1`)
	must(t, err)
	for _, row := range rows {
		over := row.State == rivertype.JobStateCompleted
		var noted struct{ Trouble string }
		_ = json.Unmarshal(row.Output, &noted)
		switch row.N {
		case 1, 2:
			if !over || row.Attempt != 1 {
				t.Errorf("%d: %+v", row.N, row)
			}
		case 3:
			if !over || row.Attempt != 3 {
				t.Errorf("doubtful: %+v", row)
			}
		case 6:
			if !over || row.Attempt != 6 {
				t.Errorf("doubtful after an outage: %+v", row)
			}
		default:
			if over || row.State == rivertype.JobStateDiscarded || noted.Trouble == "" {
				t.Errorf("%d is given up, or not reported: %+v %s", row.N, row, row.Output)
			}
		}
	}
	mended.Store(true)
	eventually(t, "the server is mended", func() bool { hurry(); return trouble().Waiting == 0 })
}
