package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// However many jobs want connections, others still get theirs. Work that has a connection gets
// a second one without waiting; cancelled work takes none.
func TestAShareLeavesTheOtherConnectionsFree(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	share := postgres.NewShare(2)
	var holding, wait sync.WaitGroup
	let := make(chan struct{})
	holding.Add(2)
	hold := func(ctx context.Context, began func()) error {
		return db.InTx(ctx, func(postgres.Tx) error { began(); <-let; return nil })
	}
	for range 2 {
		wait.Go(func() {
			if err := hold(share.Within(context.Background()), holding.Done); err != nil {
				t.Error(err)
			}
		})
	}
	holding.Wait()
	for range 10 {
		wait.Go(func() {
			if err := hold(share.Within(context.Background()), func() {}); err != nil {
				t.Error(err)
			}
		})
	}
	short, cancel := context.WithTimeout(share.Within(t.Context()), 50*time.Millisecond)
	defer cancel()
	if err := db.Pool.Ping(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("within a full share: %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 20 { // two at once, as there are two left
		err := db.InTx(soon, func(postgres.Tx) error { return db.Pool.Ping(soon) })
		if err != nil {
			t.Fatalf("outside of the share: %v", err)
		}
	}
	close(let)
	wait.Wait()
	within := share.Within(soon)
	for range 20 {
		err := db.InTx(within, func(postgres.Tx) error { return db.Pool.Ping(within) })
		if err != nil {
			t.Fatalf("a second connection of the same work: %v", err)
		}
	}
}
