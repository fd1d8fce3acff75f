package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// inUse are the limits of a step on a database in use. A session that waits for a lock blocks
// everybody behind it, so that waiting for a lock and having it are both bounded.
var inUse = patience{lock: time.Second, step: 2 * time.Second, pause: 2 * time.Second, tries: 30}

type patience struct {
	lock  time.Duration // how long a step may wait for a lock
	step  time.Duration // how long it may take in all before it is rolled back
	pause time.Duration // between two attempts
	tries int
}

// Migrate migrates the schema of the database at url: the product's own steps, then the job
// queue's. Concurrent migrations wait for each other. A database from before the first release
// is left as it is, and Migrate fails with ErrFormer.
//
// A database in use stays usable: no step blocks others for more than two seconds. A step that
// would is rolled back and tried again later, a bounded number of times. Steps outside of a
// transaction may take longer, but take no lock that blocks others; internal/archtest checks
// every file for that.
func Migrate(ctx context.Context, url string) error {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	defer pool.Close()
	if err := (migrator{pool, Migrations(), inUse}).up(ctx); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return migrateJobs(ctx, pool)
}

// migrator applies the missing steps to a database.
type migrator struct {
	pool  *pgxpool.Pool
	files fs.FS
	patience
}

// up applies all steps that the database lacks, while no other migrator does: together in a
// new one, which nobody uses yet, one by one in another.
func (m migrator) up(ctx context.Context) (err error) {
	release, err := m.alone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	steps, err := stepsOf(m.files)
	if err != nil {
		return err
	}
	left, err := lacking(ctx, m.pool, steps)
	if err != nil {
		return err
	}
	if len(left) == len(steps) {
		return history(m.pool, m.files, func(p *goose.Provider) error { _, err := p.Up(ctx); return err })
	}
	for _, s := range left {
		if err := m.patiently(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// alone waits until no other migrator works, and keeps others out until release.
func (m migrator) alone(ctx context.Context) (release func() error, err error) {
	db := stdlib.OpenDBFromPool(m.pool)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err == nil {
		err = conn.Raw(func(raw any) error { return refusePooler(ctx, raw.(*stdlib.Conn).Conn()) })
	}
	if err == nil {
		err = locker.SessionLock(ctx, conn)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(), db.Close())
	}
	return func() error {
		return errors.Join(locker.SessionUnlock(context.WithoutCancel(ctx), conn), conn.Close(), db.Close())
	}, nil
}

// history calls act with the database's history of the given files.
func history(pool *pgxpool.Pool, files fs.FS, act func(*goose.Provider) error) (err error) {
	provider, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), files)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	return act(provider)
}

// patiently applies one step to a database in use.
func (m migrator) patiently(ctx context.Context, s step) error {
	for try := 1; ; try++ {
		err := m.apply(ctx, s)
		if !forOthers(err) || ctx.Err() != nil {
			return err
		}
		if try == m.tries {
			return fmt.Errorf("step %d would block others and was rolled back %d times, try again when the database is less busy: %w", s.version, try, err)
		}
		slog.Warn("a migration step would block others and was rolled back; it is tried again", "step", s.version, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(m.pause):
		}
	}
}

// apply applies one step on connections of its own, within its time limit if it has a
// transaction.
func (m migrator) apply(ctx context.Context, s step) error {
	pool, err := pgxpool.NewWithConfig(ctx, m.bounded(s))
	if err != nil {
		return err
	}
	defer pool.Close()
	if !s.loose {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, m.step)
		defer cancel()
	}
	return history(pool, m.files, func(p *goose.Provider) error { _, err := p.ApplyVersion(ctx, s.version, true); return err })
}

// bounded is the configuration of a step's connections: a short lock timeout, and a cancelled
// query is cancelled in the database too.
func (m migrator) bounded(s step) *pgxpool.Config {
	cfg := m.pool.Config()
	cfg.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: answerWithin}
	}
	if s.loose {
		return cfg
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `select set_config('lock_timeout', $1, false)`, fmt.Sprintf("%dms", m.lock.Milliseconds()))
		return err
	}
	return cfg
}

// forOthers reports whether a step was rolled back because it would have blocked others.
func forOthers(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return slices.Contains([]string{lockNotAvailable, queryCanceled, deadlockDetected}, refused.Code)
	}
	return errors.Is(err, context.DeadlineExceeded)
}

func migrateJobs(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("job queue schema: %w", err)
	}
	return nil
}
