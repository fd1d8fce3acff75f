package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"

	"github.com/jackc/pgx/v5/pgxpool"
)

// A database with another history is refused and left as it is; an older program keeps working
// on the schema of the next version.
func TestADatabaseFromBeforeTheFirstReleaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, history string
		refused       bool
	}{
		{"its last version", `select n from generate_series(1, 69) n where n not in (25, 26, 49, 50, 51, 55)`, true},
		{"a version that was begun", `select 1`, true},
		{"one that nobody knows", `select version_id from kept union select 100`, true},
		{"a newer one", `select version_id from kept union select 99999`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := dbtest.New(t)
			db, err := postgres.Open(t.Context(), url, 2)
			must(t, err)
			t.Cleanup(db.Close)
			_, err = db.Pool.Exec(t.Context(), `create table kept as select version_id from goose_db_version where version_id > 0`)
			must(t, err)
			_, err = db.Pool.Exec(t.Context(), `
				with gone as (delete from goose_db_version where version_id > 0 returning 1)
				insert into goose_db_version (version_id, is_applied) select n, true from (`+c.history+`) h (n), (select count(*) from gone) g`)
			must(t, err)
			before := versions(t, db.Pool)
			current, asked := db.Current(t.Context())
			migrated := postgres.Migrate(t.Context(), url)
			if !c.refused {
				if !current || asked != nil || migrated != nil {
					t.Errorf("current is %v, %v; migrating says %v", current, asked, migrated)
				}
				return
			}
			for _, err := range []error{asked, migrated} {
				if !errors.Is(err, postgres.ErrFormer) || strings.Contains(err.Error(), "\n") {
					t.Errorf("it says %v", err)
				}
			}
			if after := versions(t, db.Pool); after != before {
				t.Errorf("its history was %s and is %s", before, after)
			}
		})
	}
}

func versions(t *testing.T, pool *pgxpool.Pool) (all string) {
	t.Helper()
	must(t, pool.QueryRow(t.Context(), `select string_agg(version_id::text, ' ' order by id) from goose_db_version`).Scan(&all))
	return all
}

const begin = "-- +goose Up\ncreate table things (id bigint primary key, name text);\ninsert into things values (1, 'one');\n"

// grown returns a database in use that has the first step of a made-up history.
func grown(t *testing.T) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dbtest.New(t))
	must(t, err)
	cfg.ConnConfig.RuntimeParams["search_path"] = "made_up" // has no history yet
	cfg.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	must(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `create schema made_up`)
	must(t, err)
	must(t, migrate(t, pool, nil, time.Minute, 1))
	return pool
}

// migrate applies the first step and the given ones, each within the given time.
func migrate(t *testing.T, pool *pgxpool.Pool, steps map[string]string, within time.Duration, tries int) error {
	t.Helper()
	files := fstest.MapFS{"00101_begin.sql": {Data: []byte(begin)}}
	for name, text := range steps {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return postgres.MigrateFiles(t.Context(), pool, files, 100*time.Millisecond, within, 50*time.Millisecond, tries)
}

// longestWait queries the table every few milliseconds, as users of the platform do, until
// stop is called, which returns the longest wait.
func longestWait(t *testing.T, pool *pgxpool.Pool) (stop func() time.Duration) {
	t.Helper()
	var longest time.Duration
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	asking.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()
			if _, err := pool.Exec(context.WithoutCancel(ctx), `update things set name = name`); err != nil {
				t.Error(err)
			}
			longest = max(longest, time.Since(began))
			time.Sleep(5 * time.Millisecond)
		}
	})
	return func() time.Duration {
		cancel()
		asking.Wait()
		return longest
	}
}

// While a long query reads the table, a step that needs an exclusive lock waits only for
// moments at a time, so that nobody who comes later waits for both.
func TestAStepDoesNotBlockOthersWhileItWaitsForItsLock(t *testing.T) {
	t.Parallel()
	pool := grown(t)
	reader, err := pool.Begin(t.Context())
	must(t, err)
	_, err = reader.Exec(t.Context(), `select from things`)
	must(t, err)
	stop := longestWait(t, pool)
	done := make(chan error, 1)
	go func() {
		done <- migrate(t, pool, map[string]string{"00102_more.sql": "-- +goose Up\nalter table things add more int;"}, 20*time.Second, 1000)
	}()
	select {
	case err := <-done:
		t.Errorf("the step did not wait for the reader: %v", err)
	case <-time.After(3 * time.Second):
	}
	must(t, reader.Commit(t.Context()))
	must(t, <-done)
	if longest := stop(); longest > 2*time.Second {
		t.Errorf("somebody waited for %v", longest)
	}
	_, err = pool.Exec(t.Context(), `select more from things`)
	must(t, err)
}

// A step that would lock the table for long is rolled back, also in the database, and fails
// after the last attempt.
func TestAStepThatLocksForTooLongIsRolledBack(t *testing.T) {
	t.Parallel()
	pool := grown(t)
	stop := longestWait(t, pool)
	began := time.Now()
	err := migrate(t, pool, map[string]string{"00102_slow.sql": "-- +goose Up\nalter table things add more int;\nselect pg_sleep(60);"}, 500*time.Millisecond, 2)
	if err == nil || !strings.Contains(err.Error(), "step 102 would block others and was rolled back 2 times") {
		t.Errorf("it says %v", err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("two tries took %v", took)
	}
	if longest := stop(); longest > 2*time.Second {
		t.Errorf("somebody waited for %v", longest)
	}
	if _, err := pool.Exec(t.Context(), `select more from things`); err == nil {
		t.Error("half of the step was kept")
	}
	if got := versions(t, pool); strings.Contains(got, "102") {
		t.Errorf("its history is %s", got)
	}
}

// An index is built concurrently with writes, however long that takes.
func TestAStepOutsideOfATransactionHasNoTimeLimit(t *testing.T) {
	t.Parallel()
	pool := grown(t)
	writer, err := pool.Begin(t.Context())
	must(t, err)
	_, err = writer.Exec(t.Context(), `insert into things values (2, 'two')`)
	must(t, err)
	done := make(chan error, 1)
	go func() {
		done <- migrate(t, pool, map[string]string{"00102_index.sql": "-- +goose NO TRANSACTION\n-- +goose Up\n" +
			"drop index concurrently if exists things_name_idx;\ncreate index concurrently things_name_idx on things (name);"}, 200*time.Millisecond, 1)
	}()
	select {
	case err := <-done:
		t.Errorf("the index was not built during writes: %v", err)
	case <-time.After(time.Second): // longer than the limits of a step
	}
	stop := longestWait(t, pool)
	time.Sleep(200 * time.Millisecond)
	if longest := stop(); longest > 2*time.Second {
		t.Errorf("somebody waited for %v", longest)
	}
	must(t, writer.Commit(t.Context()))
	must(t, <-done)
	var valid bool
	must(t, pool.QueryRow(t.Context(), `select indisvalid from pg_index where indexrelid = 'things_name_idx'::regclass`).Scan(&valid))
	if !valid {
		t.Error("the index is half built")
	}
}

// Two concurrent migrations apply each step once.
func TestConcurrentMigrationsWaitForEachOther(t *testing.T) {
	t.Parallel()
	pool := grown(t)
	steps := map[string]string{
		"00102_a.sql": "-- +goose Up\nalter table things add a int;\nselect pg_sleep(0.3);",
		"00103_b.sql": "-- +goose Up\nalter table things add b int;",
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := migrate(t, pool, steps, 20*time.Second, 10); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := versions(t, pool); got != "0 101 102 103" {
		t.Errorf("its history is %s", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
