// Package postgres is the access to the database: the pool, transactions with one instant
// each, constraint violations, locks, and the migrations of the schema.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is a pool of connections, with the clock that transactions use.
type DB struct {
	Pool  *pgxpool.Pool
	clock func() time.Time
	ahead time.Duration
}

// Open connects to the database at url (libpq form) with at most conns connections. It fails
// if the database does not answer, or with ErrPooler.
func Open(ctx context.Context, url string, conns int) (*DB, error) {
	db, err := open(ctx, url, conns, pgx.QueryExecModeCacheStatement)
	if err != nil {
		return nil, err
	}
	err = db.Pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error { return refusePooler(ctx, conn.Conn()) })
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return db, nil
}

// OpenPooled is Open for an address that may be that of a pooler in transaction mode: it
// prepares no statements, and callers must not rely on session state.
func OpenPooled(ctx context.Context, url string, conns int) (*DB, error) {
	return open(ctx, url, conns, pgx.QueryExecModeCacheDescribe)
}

func open(ctx context.Context, url string, conns int, mode pgx.QueryExecMode) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	cfg.MaxConns = int32(conns)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "socialdirect"
	cfg.ConnConfig.DialFunc = watch(cfg.ConnConfig.DialFunc)
	cfg.ConnConfig.ConnectTimeout = cmp.Or(cfg.ConnConfig.ConnectTimeout, connectTimeout)
	cfg.ConnConfig.DefaultQueryExecMode = mode
	cfg.PingTimeout = cmp.Or(cfg.PingTimeout, pingTimeout)
	cfg.ConnConfig.Tracer = &shares{}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database does not answer: %w", err)
	}
	return &DB{Pool: pool, clock: time.Now}, nil
}

// Close waits for the connections in use and closes all.
func (db *DB) Close() { db.Pool.Close() }

// At returns the same database with another clock, for tests and for the demo's example data.
func (db *DB) At(clock func() time.Time) *DB {
	return &DB{Pool: db.Pool, clock: clock, ahead: db.ahead}
}

// Ahead returns the same database with a clock that is ahead of the machine's by a span, or
// behind if it is negative, so that the whole platform is at another time. In SQL,
// platform_now() is the same clock, see MoveClock.
func (db *DB) Ahead(by time.Duration) *DB {
	return &DB{Pool: db.Pool, clock: func() time.Time { return time.Now().Add(by) }, ahead: by}
}

// Machine converts an instant of the platform's clock to the machine's clock, for comparison
// with the clocks of other programs and of people's devices.
func (db *DB) Machine(at time.Time) time.Time { return at.Add(-db.ahead) }

// MoveClock sets platform_now() of the database ahead of the machine's clock by a span, for
// all connections opened later.
func (db *DB) MoveClock(ctx context.Context, by time.Duration) error {
	_, err := db.Pool.Exec(ctx, fmt.Sprintf(`
		do $$ begin execute format('alter database %%I set socialdirect.ahead = %%L', current_database(), '%d microseconds'); end $$`, by.Microseconds()))
	return err
}

// Now is the current instant of the database's clock, in UTC, with the precision of PostgreSQL
// (microseconds).
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Tx is a transaction with one instant, Now, which every rule uses as the current time.
type Tx struct {
	pgx.Tx
	Now   time.Time
	ahead time.Duration
	after *[]func() // what AfterCommit registered
}

// AfterCommit runs do once the transaction has committed, and not if it is rolled back. It is
// for what needs no transaction and may be lost in a crash, such as a line of the log.
func (tx Tx) AfterCommit(do func()) { *tx.after = append(*tx.after, do) }

// Machine converts an instant as DB.Machine does.
func (tx Tx) Machine(at time.Time) time.Time { return at.Add(-tx.ahead) }

// Nested returns the same transaction, with the same instant, within a savepoint.
func (tx Tx) Nested(savepoint pgx.Tx) Tx {
	return Tx{Tx: savepoint, Now: tx.Now, ahead: tx.ahead, after: tx.after}
}

// InTx runs act in a transaction, commits if it returns nil and rolls back otherwise. It
// returns act's error unchanged.
func (db *DB) InTx(ctx context.Context, act func(tx Tx) error) error {
	var after []func()
	err := pgx.BeginTxFunc(ctx, db.Pool, optionsOf(ctx), func(tx pgx.Tx) error {
		return act(db.tx(tx, &after))
	})
	return then(err, after)
}

// then runs what a transaction registered for after its commit, unless it failed.
func then(err error, after []func()) error {
	if err != nil {
		return err
	}
	for _, do := range after {
		do()
	}
	return nil
}

// readOnly is the context key of ReadOnly.
type readOnly struct{}

// ReadOnly returns a context in which every transaction is read-only: an act that writes fails.
func ReadOnly(ctx context.Context) context.Context { return context.WithValue(ctx, readOnly{}, true) }

// Counting returns a context whose transactions may write under ReadOnly too: for those that
// only count and journal what somebody looks at, which a page must do whenever it shows it.
func Counting(ctx context.Context) context.Context { return context.WithValue(ctx, readOnly{}, false) }

// IsReadOnly reports whether ctx comes from ReadOnly, for what a page writes in passing and can
// leave out.
func IsReadOnly(ctx context.Context) bool { return ctx.Value(readOnly{}) == true }

func optionsOf(ctx context.Context) pgx.TxOptions {
	if IsReadOnly(ctx) {
		return pgx.TxOptions{AccessMode: pgx.ReadOnly}
	}
	return pgx.TxOptions{}
}

// deadlockTries is how often InTxRetried runs an act.
const deadlockTries = 4

// InTxRetried is InTx for acts that compete for the same rows: if PostgreSQL ends the
// transaction because of a deadlock, it runs act again in a new one, deadlockTries times at
// most. Nothing of the ended transaction is left, so that act must only set what it sets
// every time.
func (db *DB) InTxRetried(ctx context.Context, act func(tx Tx) error) (err error) {
	for range deadlockTries {
		if err = db.InTx(ctx, act); !Deadlocked(err) {
			return err
		}
	}
	return err
}

func (db *DB) tx(tx pgx.Tx, after *[]func()) Tx {
	return Tx{Tx: tx, Now: db.Now(), ahead: db.ahead, after: after}
}

// InTurn is InTx for acts that must commit in the order of their instants: acts with the same
// turn run one after the other, and Now is read after the previous one has committed.
func (db *DB) InTurn(ctx context.Context, turn string, act func(tx Tx) error) error {
	var after []func()
	err := pgx.BeginTxFunc(ctx, db.Pool, optionsOf(ctx), func(tx pgx.Tx) error {
		if err := wait(ctx, tx, turn); err != nil {
			return err
		}
		return act(db.tx(tx, &after))
	})
	return then(err, after)
}

// InTurn makes the rest of a transaction wait for its turn, for an act that is part of another
// one. It sets Now to an instant within the turn.
func (tx *Tx) InTurn(ctx context.Context, turn string, now func() time.Time) error {
	err := wait(ctx, tx, turn)
	tx.Now = now()
	return err
}

func wait(ctx context.Context, q Querier, turn string) error {
	if _, err := q.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, turn); err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	return nil
}

// Querier is a pool or a transaction, for reading.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// One reads exactly one row into T by column name; it returns pgx.ErrNoRows if there is none.
func One[T any](ctx context.Context, q Querier, sql string, args ...any) (T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// All reads every row into T by column name.
func All[T any](ctx context.Context, q Querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// ExecAll runs statements one after the other, all with the same arguments.
func ExecAll(ctx context.Context, tx Tx, statements []string, args ...any) error {
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return nil
}

// SQLSTATE values that rules use (PostgreSQL manual, appendix A).
const (
	uniqueViolation    = "23505"
	foreignViolation   = "23503"
	exclusionViolation = "23P01"
	deadlockDetected   = "40P01"
	lockNotAvailable   = "55P03" // lock_timeout expired
	queryCanceled      = "57014"
)

// Violates reports whether err is a violation of the named unique or exclusion constraint.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint &&
		(pg.Code == uniqueViolation || pg.Code == exclusionViolation)
}

// Referred reports whether a row could not be deleted because others refer to it.
func Referred(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == foreignViolation
}

// Deadlocked reports whether PostgreSQL ended the transaction because of a deadlock; two
// exclusion constraints can cause one under load.
func Deadlocked(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == deadlockDetected
}

// NoRows reports whether err means that a query found nothing.
func NoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
