package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockPoll is how often a lock that somebody else holds is asked for again.
const lockPoll = time.Second

// ErrHeld says that somebody else kept a lock for the whole wait.
var ErrHeld = errors.New("another process holds the lock")

// Hold takes a lock that one process at a time may have on the database at url,
// on a connection of its own, so that it ends with the process at the latest. It
// waits at most for wait, then fails with ErrHeld.
func Hold(ctx context.Context, url string, key int64, wait time.Duration) (release func(), err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("database does not answer: %w", err)
	}
	if err := hold(ctx, conn, key, wait); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // nothing was held
		return nil, err
	}
	return func() { _ = conn.Close(context.Background()) }, nil // the server frees the lock whatever happens
}

func hold(ctx context.Context, conn *pgx.Conn, key int64, wait time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, wait, ErrHeld)
	defer cancel()
	for {
		var won bool
		err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, key).Scan(&won)
		if err == nil && won {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
}
