package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// instance is a process that works jobs, as the others see it: it holds a lock of the
// database for as long as it lives, so that whoever can have that lock knows that it is
// dead. However many instances there are, each takes up what dead ones had begun.
type instance struct {
	db   *postgres.DB
	id   string
	conn *pgx.Conn // holds the lock; nil while the database is away
	stop context.CancelFunc
	done sync.WaitGroup
}

// instanceLocks is the first half of these locks' keys; the second is of the instance.
const instanceLocks = 5_120_417

// How often an instance looks whether its lock stands and whether others have died, and
// how long that may take.
const (
	lookEvery = 5 * time.Second
	lookFor   = 5 * time.Second
)

// live makes this process an instance and takes up what dead ones had begun.
func live(ctx context.Context, db *postgres.DB) (*instance, error) {
	host, _ := os.Hostname() // for those who read the table; the rest makes it unlike any other
	i := &instance{db: db, id: fmt.Sprintf("%.60s_%d_%s", host, os.Getpid(), uuid.New())}
	if err := i.look(ctx); err != nil {
		i.end()
		return nil, err
	}
	ctx, i.stop = context.WithCancel(context.WithoutCancel(ctx))
	i.done.Go(func() { i.watch(ctx) })
	return i, nil
}

// end gives the lock back.
func (i *instance) end() {
	if i.stop != nil {
		i.stop()
	}
	i.done.Wait()
	i.letGo(context.Background())
}

func (i *instance) letGo(ctx context.Context) {
	if i.conn == nil {
		return
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = i.conn.Close(closing) // the server frees the lock whatever happens
	i.conn = nil
}

func (i *instance) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
		if err := i.look(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("cannot look for jobs of processes that died", "cause", err)
		}
	}
}

func (i *instance) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	if err := i.lock(ctx); err != nil {
		i.letGo(ctx) // to connect again at the next look
		return err
	}
	taken, err := takeUp(ctx, i.db, i.id)
	if taken > 0 {
		slog.Info("took up jobs of a process that died", "count", taken)
	}
	return err
}

// hold makes sure that the lock is held; a database that restarted has forgotten it.
func (i *instance) lock(ctx context.Context) error {
	if i.conn != nil {
		return i.conn.Ping(ctx)
	}
	conn, err := pgx.ConnectConfig(ctx, i.db.Pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	i.conn = conn
	_, err = conn.Exec(ctx, `select pg_advisory_lock($1::int, hashtext($2))`, instanceLocks, i.id)
	return err
}

// dead are the instances, of those named by a query, that hold no lock; $1 is the
// locks' key, $2 this instance.
const dead = `
	select id from (%s) named where id <> $2 and pg_try_advisory_xact_lock_shared($1::int, hashtext(id))`

// takeUp makes the jobs that dead instances had begun available at once, and ends their
// leadership, without which nothing is planned.
func takeUp(ctx context.Context, db *postgres.DB, self string) (taken int64, err error) {
	err = db.InTx(ctx, func(tx postgres.Tx) error {
		tag, err := tx.Exec(ctx, `
			with dead as materialized (`+fmt.Sprintf(dead, `select distinct attempted_by[array_upper(attempted_by, 1)] as id from river_job where state = 'running'`)+`)
			update river_job j set state = 'available', scheduled_at = now(),
				errors = array_append(errors, jsonb_build_object('at', now(), 'attempt', attempt, 'error', 'the process died', 'trace', ''))
			from dead where j.state = 'running' and j.attempted_by[array_upper(j.attempted_by, 1)] = dead.id`, instanceLocks, self)
		if err != nil {
			return err
		}
		taken = tag.RowsAffected()
		_, err = tx.Exec(ctx, `delete from river_leader where leader_id in (`+fmt.Sprintf(dead, `select leader_id as id from river_leader`)+`)`, instanceLocks, self)
		return err
	})
	return taken, err
}
