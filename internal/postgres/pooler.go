package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrPooler means that the address is that of a pooler in transaction mode (PgBouncer's
// pool_mode = transaction), which gives each transaction another connection: state of a
// session, such as a lock or a prepared statement, gets lost or belongs to somebody else.
var ErrPooler = errors.New("a pooler in transaction mode stands before the database")

// rounds is how often the check for shared sessions is repeated: by chance a pooler may give
// both connections the sessions that they had before.
const rounds = 5

// refusePooler fails with ErrPooler if the connection leads to such a pooler.
func refusePooler(ctx context.Context, first *pgx.Conn) error {
	session, err := backend(ctx, first)
	if err != nil || session == first.PgConn().PID() {
		return err // the server itself identified itself
	}
	second, err := pgx.ConnectConfig(ctx, first.Config())
	if err != nil {
		return fmt.Errorf("database does not answer: %w", err)
	}
	defer second.Close(context.WithoutCancel(ctx))
	for range rounds {
		shared, err := share(ctx, first, second)
		if err != nil {
			return err
		}
		if shared {
			return ErrPooler
		}
	}
	return nil
}

// share reports whether two open connections share one session of the server, or one of them
// uses several.
func share(ctx context.Context, a, b *pgx.Conn) (shared bool, err error) {
	before, err := backend(ctx, a)
	if err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, b, func(pgx.Tx) error { // keeps b's session occupied
		other, err := backend(ctx, b)
		if err != nil {
			return err
		}
		after, err := backend(ctx, a)
		shared = before == other || before != after
		return err
	})
	return shared, err
}

// backend returns the pid of the server process of a connection. It uses the simple protocol,
// which every pooler supports.
func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	err = conn.QueryRow(ctx, `select pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pid)
	return pid, err
}
