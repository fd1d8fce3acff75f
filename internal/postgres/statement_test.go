package postgres_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

func TestR40_AFailedStatementIsNamedWithoutItsValues(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	const secret = "zoe@exemple.fr"
	_, failed := db.Pool.Exec(t.Context(), "insert into nowhere\n\t\tvalues ($1)", secret)
	if got := postgres.Statement(fmt.Errorf("saving: %w", failed)).Value.String(); got != "insert into nowhere values ($1)" {
		t.Errorf("exec: %q of %v", got, failed)
	}
	var n int
	failed = db.InTx(t.Context(), func(tx postgres.Tx) error {
		return tx.QueryRow(t.Context(), "select 1 / (length($1::text) - 14)", secret).Scan(&n)
	})
	if got := postgres.Statement(failed).Value.String(); got != "select 1 / (length($1::text) - 14)" {
		t.Errorf("query: %q of %v", got, failed)
	}
	_, failed = db.Pool.Exec(t.Context(), "select nothing, '"+strings.Repeat("é", 1000)+"'")
	if got := postgres.Statement(failed).Value.String(); len(got) > 410 || !strings.HasPrefix(got, "select nothing") || strings.ToValidUTF8(got, "?") != got {
		t.Errorf("a long one: %q", got)
	}
	for _, other := range []error{nil, errors.New("other")} {
		if got := postgres.Statement(other); !got.Equal(slog.Attr{}) {
			t.Errorf("%v: %v", other, got)
		}
	}
}

// Two acts that lock the same rows in opposite orders both take place: the one that
// PostgreSQL ends is tried again, and leaves nothing of its first try.
func TestR13_AnActThatPostgreSQLEndsInADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := db.Pool.Exec(t.Context(), `create table counters (id int primary key, n int not null); insert into counters values (1, 0), (2, 0)`); err != nil {
		t.Fatal(err)
	}
	locked := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	tries, results := [2]int{}, make(chan error)
	for me := range 2 {
		go func() {
			results <- db.InTxRetried(t.Context(), func(tx postgres.Tx) error {
				add := func(id int) error {
					_, err := tx.Exec(t.Context(), `update counters set n = n + 1 where id = $1`, id)
					return err
				}
				tries[me]++
				if err := add(1 + me); err != nil {
					return err
				}
				if tries[me] == 1 { // both have locked one row before either wants the other's
					close(locked[me])
					<-locked[1-me]
				}
				return add(2 - me)
			})
		}()
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	var least, most int
	if err := db.Pool.QueryRow(t.Context(), `select min(n), max(n) from counters`).Scan(&least, &most); err != nil || least != 2 || most != 2 {
		t.Errorf("counted from %d to %d times (%v)", least, most, err)
	}
	if tries[0]+tries[1] != 3 {
		t.Errorf("%v tries", tries)
	}
	always := 0
	err = db.InTxRetried(t.Context(), func(tx postgres.Tx) error {
		always++
		_, err := tx.Exec(t.Context(), `do $$ begin raise exception using errcode = '40P01'; end $$`)
		return err
	})
	if !postgres.Deadlocked(err) || always != 4 {
		t.Errorf("after %d tries: %v", always, err)
	}
}
