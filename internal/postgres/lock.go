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

// ErrLocked says that somebody else kept a lock for the whole wait.
var ErrLocked = errors.New("another process holds the lock")

// ErrTaken says that a lock was lost and that somebody else has it now.
var ErrTaken = errors.New("another process took the lock")

const (
	// watchPeriod is how often the connection that holds a lock is asked whether it
	// still stands; one that breaks is noticed at once.
	watchPeriod = 2 * time.Second
	// answerWithin bounds one question to the server about a lock.
	answerWithin = 5 * time.Second
	// retakePause is between two tries to have a lost lock again.
	retakePause = 100 * time.Millisecond
)

// Beside a lock's own key are two that tell others how far its holder is, far away from
// the keys of other locks: one that is held for as long as a server runs keeps whoever
// wants the same key for something else waiting for ever.
const (
	comingKey  = 1 << 40 // shared: wants the lock, or has it
	servingKey = 2 << 40 // shared: has it, and serves
)

// Lock is one that a single process at a time may have on a database. It is held by a
// connection of its own, so that it ends with the process at the latest. One goroutine
// at a time may use it.
type Lock struct {
	url     string
	key     int64
	name    string    // of the session, by which a former one of ours is known
	conn    *pgx.Conn // the watcher's while it watches
	serving bool
	lost    chan error

	stop     context.CancelFunc // of the watcher
	watching sync.WaitGroup
}

// Want opens the connection on which the lock at key will be held, and lets whoever
// has it know that somebody waits.
func Want(ctx context.Context, url string, key int64) (*Lock, error) {
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
		_ = conn.Close(ctx) // nothing is held
		return err
	}
	l.conn = conn
	return nil
}

// Take waits for the lock, at most for wait, then fails with ErrLocked. From then on it
// is watched.
func (l *Lock) Take(ctx context.Context, wait time.Duration) error {
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

// stopWatching gives the connection back to the caller.
func (l *Lock) stopWatching() {
	if l.stop != nil {
		l.stop()
		l.watching.Wait()
	}
}

// Announce says that the holder serves, so that the one before it may stop. When the
// connection just broke, it is said once the lock is held again.
func (l *Lock) Announce(ctx context.Context) {
	l.stopWatching()
	l.serving = true
	_, _ = l.conn.Exec(ctx, `select pg_advisory_lock_shared($1)`, l.key+servingKey) // else the watcher says it
	l.startWatching(ctx)
}

// Release lets others have the lock. The connection stays, to look at what they do.
func (l *Lock) Release(ctx context.Context) {
	l.stopWatching()
	if _, err := l.conn.Exec(ctx, `select pg_advisory_unlock_all()`); err != nil {
		l.Close() // then the server frees it
	}
}

// Close ends the connection, and so the lock.
func (l *Lock) Close() {
	l.stopWatching()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.conn.Close(ctx) // the server frees the lock whatever happens
}

// Held reports whether another process has the lock.
func (l *Lock) Held(ctx context.Context) bool { return l.elsewhere(ctx, 0) }

// Wanted reports whether another process wants the lock, or has it.
func (l *Lock) Wanted(ctx context.Context) bool { return l.elsewhere(ctx, comingKey) }

// Succeeded reports whether another process has the lock and serves.
func (l *Lock) Succeeded(ctx context.Context) bool { return l.elsewhere(ctx, servingKey) }

// elsewhere reports whether another session has a lock beside this one's; of a
// database that does not answer nothing is known.
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
	_ = l.conn.Close(ctx) // it is of no use any more
	for {
		if l.connect(ctx) == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retakePause):
		}
	}
}

// Lost yields one error when the lock was lost and somebody else has it.
func (l *Lock) Lost() <-chan error { return l.lost }

// watch notices when the connection breaks, as with a restart of PostgreSQL, and has the
// lock again, unless somebody else was faster.
func (l *Lock) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if l.stands(ctx) || ctx.Err() != nil {
			continue
		}
		slog.Warn("the lock that keeps a second server out was lost; taking it again")
		if err := l.retake(ctx); err != nil {
			if ctx.Err() == nil {
				l.lost <- err
			}
			return
		}
		slog.Info("the lock that keeps a second server out is held again")
	}
}

// stands waits for a watchPeriod and reports whether the connection still lives.
func (l *Lock) stands(ctx context.Context) bool {
	waiting, cancel := context.WithTimeout(ctx, watchPeriod)
	_, err := l.conn.WaitForNotification(waiting) // none comes: it ends with the time or the connection
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

func (l *Lock) retake(ctx context.Context) error {
	for {
		if err := l.reconnect(ctx); err != nil {
			return err
		}
		won, err := l.try(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err == nil && !won:
			return ErrTaken
		case err == nil:
			return nil
		}
	}
}

// try takes the lock unless somebody else has it. A former session of ours may still
// have it, where the server has not noticed that its connection is gone: it is ended.
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
