package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrPooler says that an address is that of a pooler that gives each transaction another
// connection (PgBouncer's pool_mode = transaction): what belongs to a session, such as a
// lock or a prepared statement, is lost there or somebody else's.
var ErrPooler = errors.New("a pooler in transaction mode stands before the database")

// rounds of the question whether sessions are shared: a pooler that hands its
// connections round may by chance give both the one that each had before.
const rounds = 5

// refusePooler fails with ErrPooler where a connection's address is one.
func refusePooler(ctx context.Context, first *pgx.Conn) error {
	session, err := backend(ctx, first)
	if err != nil || session == first.PgConn().PID() {
		return err // the server itself said who it is
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

// share reports whether two connections that are both open use one session of the
// server, or one of them several.
func share(ctx context.Context, a, b *pgx.Conn) (shared bool, err error) {
	before, err := backend(ctx, a)
	if err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, b, func(pgx.Tx) error { // b keeps its session meanwhile
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

// backend is the process that serves a connection. It is asked in the simple protocol,
// which every pooler passes on.
func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	err = conn.QueryRow(ctx, `select pg_backend_pid()`, pgx.QueryExecModeSimpleProtocol).Scan(&pid)
	return pid, err
}
