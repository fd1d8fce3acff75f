package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrLocked means that another process had the lock during the whole wait.
var ErrLocked = errors.New("another process has the lock")

// ErrLockLost means that the lock was lost and another process has acquired it.
var ErrLockLost = errors.New("another process has acquired the lock")

const (
	// watchPeriod is how often the connection of an acquired lock is checked; a connection that
	// breaks is noticed at once.
	watchPeriod = 2 * time.Second
	// answerWithin is the timeout of one query about a lock.
	answerWithin = 5 * time.Second
	// reacquirePause is the pause between two attempts to acquire a lost lock again.
	reacquirePause = 100 * time.Millisecond
)

// Beside its own key, a lock has two that show other processes how far its owner is. They are
// far from the keys of other locks: a server that runs for months would block any other use of
// the same key.
const (
	comingKey  = 1 << 40 // shared: waits for the lock, or has it
	servingKey = 2 << 40 // shared: has the lock and serves
)

// Lock is a lock on a database that one process at a time may have. It has a connection of its
// own, so that it ends with the process at the latest. Its methods must not be called
// concurrently.
type Lock struct {
	url     string
	key     int64
	name    string    // application_name of the session, by which try finds an earlier one of this lock
	conn    *pgx.Conn // used by the watcher while it runs
	serving bool
	lost    chan error

	stop     context.CancelFunc // of the watcher
	watching sync.WaitGroup
}

// OpenLock opens the connection for the lock at key, and shows its owner that a process waits.
func OpenLock(ctx context.Context, url string, key int64) (*Lock, error) {
	l := &Lock{url: url, key: key, name: "socialdirect " + rand.Text(), lost: make(chan error, 1)}
	if err := l.connect(ctx); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return l, nil
}

func (l *Lock) connect(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(l.url)
	if err != nil {
		return err
	}
	cfg.RuntimeParams["application_name"] = l.name
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	err = refusePooler(ctx, conn)
	if err == nil {
		_, err = conn.Exec(ctx, `select pg_advisory_lock_shared($1)`, l.key+comingKey)
	}
	if err != nil {
		_ = conn.Close(ctx) // nothing is locked yet
		return err
	}
	l.conn = conn
	return nil
}

// Acquire waits for the lock, at most for wait, then fails with ErrLocked. An acquired lock is
// watched.
func (l *Lock) Acquire(ctx context.Context, wait time.Duration) error {
	waiting, cancel := context.WithTimeoutCause(ctx, wait, ErrLocked)
	defer cancel()
	for {
		err := l.wait(waiting)
		if err == nil {
			break
		}
		if waiting.Err() != nil {
			return context.Cause(waiting)
		}
		if !Away(err) && !l.conn.IsClosed() {
			return err
		}
		if err := l.reconnect(waiting); err != nil {
			return context.Cause(waiting)
		}
	}
	l.startWatching(ctx)
	return nil
}

func (l *Lock) startWatching(ctx context.Context) {
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	l.watching.Go(func() { l.watch(ctx) })
}

// stopWatching makes the connection available to the caller.
func (l *Lock) stopWatching() {
	if l.stop != nil {
		l.stop()
		l.watching.Wait()
	}
}

// Announce shows other processes that this one serves, so that its predecessor may stop. If
// the connection has just broken, that is done once the lock is acquired again.
func (l *Lock) Announce(ctx context.Context) {
	l.stopWatching()
	l.serving = true
	_, _ = l.conn.Exec(ctx, `select pg_advisory_lock_shared($1)`, l.key+servingKey) // on failure the watcher does it
	l.startWatching(ctx)
}

// Release releases the lock. The connection stays open, for the queries about other processes.
func (l *Lock) Release(ctx context.Context) {
	l.stopWatching()
	if _, err := l.conn.Exec(ctx, `select pg_advisory_unlock_all()`); err != nil {
		l.Close() // then the server releases it
	}
}

// Close closes the connection, which releases the lock.
func (l *Lock) Close() {
	l.stopWatching()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.conn.Close(ctx) // the server releases the lock in any case
}

// LockedElsewhere reports whether another process has the lock.
func (l *Lock) LockedElsewhere(ctx context.Context) bool { return l.elsewhere(ctx, 0) }

// WantedElsewhere reports whether another process waits for the lock, or has it.
func (l *Lock) WantedElsewhere(ctx context.Context) bool { return l.elsewhere(ctx, comingKey) }

// Succeeded reports whether another process has the lock and serves.
func (l *Lock) Succeeded(ctx context.Context) bool { return l.elsewhere(ctx, servingKey) }

// elsewhere reports whether another session has locked the key at that distance from this
// lock's. It is false if the database does not answer.
func (l *Lock) elsewhere(ctx context.Context, beside int64) (found bool) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err := l.conn.QueryRow(ctx, `
		select exists (select from pg_locks where locktype = 'advisory' and objsubid = 1 and pid <> pg_backend_pid()
			and database = (select oid from pg_database where datname = current_database())
			and classid::bigint = $1::bigint >> 32 and objid::bigint = $1::bigint & 4294967295)`, l.key+beside).Scan(&found)
	return err == nil && found
}

func (l *Lock) wait(ctx context.Context) error {
	_, err := l.conn.Exec(ctx, `select pg_advisory_lock($1)`, l.key)
	return err
}

// reconnect tries until it succeeds or ctx ends.
func (l *Lock) reconnect(ctx context.Context) error {
	_ = l.conn.Close(ctx) // the broken one
	for {
		if l.connect(ctx) == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(reacquirePause):
		}
	}
}

// Lost receives one error if the lock was lost and another process has acquired it.
func (l *Lock) Lost() <-chan error { return l.lost }

// watch notices when the connection breaks, as on a restart of PostgreSQL, and acquires the
// lock again, unless another process was faster.
func (l *Lock) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if l.alive(ctx) || ctx.Err() != nil {
			continue
		}
		slog.Warn("the lock that keeps a second server out was lost; acquiring it again")
		if err := l.reacquire(ctx); err != nil {
			if ctx.Err() == nil {
				l.lost <- err
			}
			return
		}
		slog.Info("the lock that keeps a second server out is acquired again")
	}
}

// alive waits for watchPeriod and reports whether the connection still works.
func (l *Lock) alive(ctx context.Context) bool {
	waiting, cancel := context.WithTimeout(ctx, watchPeriod)
	_, err := l.conn.WaitForNotification(waiting) // there are no notifications: it ends with the timeout or the connection
	cancel()
	if l.conn.IsClosed() {
		return false
	}
	if err == nil || ctx.Err() != nil {
		return true
	}
	asking, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return l.conn.Ping(asking) == nil
}

func (l *Lock) reacquire(ctx context.Context) error {
	for {
		if err := l.reconnect(ctx); err != nil {
			return err
		}
		won, err := l.try(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err == nil && !won:
			return ErrLockLost
		case err == nil:
			return nil
		}
	}
}

// try acquires the lock unless another process has it. An earlier session of this lock may
// still have it, if the server has not noticed that its connection is gone: try ends that
// session.
func (l *Lock) try(ctx context.Context) (won bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, err = l.conn.Exec(ctx, `
		select pg_terminate_backend(pid, 2000) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()`, l.name)
	if err == nil {
		err = l.conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, l.key).Scan(&won)
	}
	if err == nil && won && l.serving {
		_, err = l.conn.Exec(ctx, `select pg_advisory_lock_shared($1)`, l.key+servingKey)
	}
	return won, err
}
