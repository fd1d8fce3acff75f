package postgres_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/postgres"

	"github.com/jackc/pgx/v5"
)

const key = 77

func want(t *testing.T, url string) *postgres.Lock {
	t.Helper()
	l, err := postgres.OpenLock(t.Context(), url, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func take(t *testing.T, url string) *postgres.Lock {
	t.Helper()
	l := want(t, url)
	if err := l.Acquire(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	return l
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what, ": not within 30 s")
		}
	}
}

// holders returns the sessions that have the lock itself.
func holders(t *testing.T, url string) (pids []int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return nil // the server is starting
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		select pid from pg_locks where locktype = 'advisory' and objid = $1::bigint and classid = 0 and granted
		and database = (select oid from pg_database where datname = current_database())`, key)
	if err == nil {
		pids, err = pgx.CollectRows(rows, pgx.RowTo[int])
	}
	if err != nil {
		t.Fatal(err)
	}
	return pids
}

func kill(t *testing.T, url string, pid int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `select pg_terminate_backend($1, 5000)`, pid); err != nil {
		t.Fatal(err)
	}
}

func TestR40_ALostLockIsAcquiredAgain(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	l := take(t, url)
	l.Announce(t.Context())
	before := holders(t, url)
	kill(t, url, before[0])
	await(t, "held again", func() bool { now := holders(t, url); return len(now) == 1 && now[0] != before[0] })
	select {
	case err := <-l.Lost():
		t.Error(err)
	default:
	}
	await(t, "others see that it serves", func() bool { return want(t, url).Succeeded(t.Context()) })
	if err := want(t, url).Acquire(t.Context(), 100*time.Millisecond); !errors.Is(err, postgres.ErrLocked) {
		t.Errorf("a second one: %v", err)
	}
}

func TestR40_ALostLockThatAnotherProcessAcquiredIsReported(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	l, next := take(t, url), want(t, url)
	acquired := make(chan error, 1)
	go func() { acquired <- next.Acquire(t.Context(), 30*time.Second) }()
	await(t, "it waits for the lock itself", func() bool { return waiters(t, url) == 1 })
	kill(t, url, holders(t, url)[0])
	if err := <-acquired; err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-l.Lost():
		if !errors.Is(err, postgres.ErrLockLost) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("two processes have it and neither knows")
	}
}

func waiters(t *testing.T, url string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), `select count(*) from pg_locks where locktype = 'advisory' and objid = $1::bigint and not granted`, key).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestR40_ALockSurvivesARestartOfPostgreSQL(t *testing.T) {
	t.Parallel()
	options := embedded.PostgresOptions{Dir: filepath.Join(t.TempDir(), "postgres"), MaxConnections: 20}
	start := func() *embedded.Postgres {
		pg, err := embedded.StartPostgres(context.Background(), options)
		if err != nil {
			t.Fatal(err)
		}
		return pg
	}
	pg := start()
	url := pg.URL("postgres")
	l := take(t, url)
	if err := pg.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	pg = start()
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	await(t, "held again", func() bool { return len(holders(t, url)) == 1 })
	if err := want(t, url).Acquire(t.Context(), 100*time.Millisecond); !errors.Is(err, postgres.ErrLocked) {
		t.Errorf("a second one: %v", err)
	}
	l.Release(t.Context())
	if err := want(t, url).Acquire(t.Context(), 10*time.Second); err != nil {
		t.Errorf("after the release: %v", err)
	}
}

// The old process sees that the next one waits, and when it serves.
func TestR40_ALockPassesFromOneProcessToTheNext(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	old := take(t, url)
	old.Announce(t.Context())
	next := want(t, url)
	acquired := make(chan error, 1)
	go func() { acquired <- next.Acquire(t.Context(), 30*time.Second) }()
	await(t, "it waits", func() bool { return waiters(t, url) == 1 })
	old.Release(t.Context())
	if err := <-acquired; err != nil {
		t.Fatal(err)
	}
	if !old.WantedElsewhere(t.Context()) || old.Succeeded(t.Context()) {
		t.Error("the next one has the lock but does not serve yet")
	}
	next.Announce(t.Context())
	if !old.Succeeded(t.Context()) {
		t.Error("the next one serves, unnoticed")
	}
	next.Close()
	await(t, "nobody is left", func() bool { return !old.WantedElsewhere(t.Context()) && !old.Succeeded(t.Context()) })
}
