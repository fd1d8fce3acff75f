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

// What a step may cost those who use the database meanwhile. Whoever waits for a lock
// keeps everybody behind it waiting too, so that asking for one and holding it count
// alike.
var inUse = patience{lock: time.Second, step: 2 * time.Second, pause: 2 * time.Second, tries: 30}

type patience struct {
	lock  time.Duration // how long a step asks for a lock, before it lets others through
	step  time.Duration // how long it may take in all: then it is undone
	pause time.Duration // between two tries
	tries int
}

// Migrate brings the schema of the database at url up to date: the product's own
// steps, then the job queue's. Two at a time wait for each other. A database of before
// the first release is refused with ErrFormer and left as it is.
//
// A database that is in use stays usable: no step keeps others waiting for more than
// two seconds. One that would is undone and tried again a little later, for a while.
// Steps outside of a transaction, which take as long as they need, take no lock that
// others notice; internal/archtest holds every file to that.
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

// migrator brings a database from where it is to the newest of its files.
type migrator struct {
	pool  *pgxpool.Pool
	files fs.FS
	patience
}

// up takes all steps that the database lacks, alone: at once in a new one, which nobody
// uses yet, one by one in another.
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

// alone waits for its turn among migrators, which lasts until release.
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

// history lets act work on the history that a database has of some files.
func history(pool *pgxpool.Pool, files fs.FS, act func(*goose.Provider) error) (err error) {
	provider, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), files)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	return act(provider)
}

// patiently takes one step of a database that is in use.
func (m migrator) patiently(ctx context.Context, s step) error {
	for try := 1; ; try++ {
		err := m.take(ctx, s)
		if !forOthers(err) || ctx.Err() != nil {
			return err
		}
		if try == m.tries {
			return fmt.Errorf("step %d would keep others waiting and was undone %d times, try again when there is less to do: %w", s.version, try, err)
		}
		slog.Warn("a step of the schema would keep others waiting and was undone; it is tried again", "step", s.version, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(m.pause):
		}
	}
}

// take takes one step on connections of its own, within its time where it has a
// transaction.
func (m migrator) take(ctx context.Context, s step) error {
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

// bounded is how connections for a step are made: they ask for no lock for long, and
// what is stopped here stops in the database too.
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

// forOthers reports whether a step was undone for the sake of those who use the
// database.
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
