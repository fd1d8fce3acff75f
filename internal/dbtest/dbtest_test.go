package dbtest_test

import (
	"context"
	"sync"
	"testing"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"

	"github.com/jackc/pgx/v5"
)

func TestEachDatabaseIsMigratedAndItsOwn(t *testing.T) {
	t.Parallel()
	urls := make([]string, 4)
	var makers sync.WaitGroup
	for i := range urls {
		makers.Go(func() { urls[i] = dbtest.New(t) })
	}
	makers.Wait()
	for _, url := range urls {
		db, err := postgres.Open(t.Context(), url, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if current, err := db.Current(t.Context()); err != nil || !current {
			t.Errorf("the schema is not up to date: %v", err)
		}
		if _, err := db.Pool.Exec(t.Context(), "create table only_here ()"); err != nil {
			t.Errorf("two tests share a database: %v", err)
		}
	}
}

func TestADatabaseIsDroppedEvenIfThereAreConnections(t *testing.T) {
	t.Parallel()
	var conn *pgx.Conn
	t.Run("uses one", func(t *testing.T) {
		var err error
		if conn, err = pgx.Connect(context.Background(), dbtest.New(t)); err != nil {
			t.Fatal(err)
		}
	})
	defer conn.Close(context.Background())
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the database outlived its test")
	}
}
