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

// instance is a process that works jobs. It has a lock in the database for as long as it
// lives, so that a free lock means that the instance is dead. Every instance requeues jobs
// that dead ones had begun.
type instance struct {
	db   *postgres.DB
	id   string
	conn *pgx.Conn // the connection that has the lock; nil while the database is unavailable
	stop context.CancelFunc
	done sync.WaitGroup
}

// instanceLocks is the first half of the keys of these locks; the second half is the instance.
const instanceLocks = 5_120_417

// Interval and timeout of the checks of an instance's own lock and of other instances.
const (
	lookEvery = 5 * time.Second
	lookFor   = 5 * time.Second
)

// live registers this process as an instance, and requeues the jobs of dead ones.
func live(ctx context.Context, db *postgres.DB) (*instance, error) {
	host, _ := os.Hostname() // for people who read the table; the rest makes it unique
	i := &instance{db: db, id: fmt.Sprintf("%.60s_%d_%s", host, os.Getpid(), uuid.New())}
	if err := i.look(ctx); err != nil {
		i.end()
		return nil, err
	}
	ctx, i.stop = context.WithCancel(context.WithoutCancel(ctx))
	i.done.Go(func() { i.watch(ctx) })
	return i, nil
}

// end releases the lock.
func (i *instance) end() {
	if i.stop != nil {
		i.stop()
	}
	i.done.Wait()
	i.disconnect(context.Background())
}

func (i *instance) disconnect(ctx context.Context) {
	if i.conn == nil {
		return
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = i.conn.Close(closing) // the server releases the lock in any case
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
		i.disconnect(ctx) // reconnects at the next check
		return err
	}
	taken, err := takeUp(ctx, i.db, i.id)
	if taken > 0 {
		slog.Info("requeued jobs of a process that died", "count", taken)
	}
	return err
}

// lock ensures that this instance has its lock, which is lost when the database restarts.
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

// dead selects, of the instances named by a query, those without a lock; $1 is the locks' key,
// $2 this instance.
const dead = `
	select id from (%s) named where id <> $2 and pg_try_advisory_xact_lock_shared($1::int, hashtext(id))`

// takeUp makes the jobs that dead instances had begun available at once, and ends their
// leadership, without which no periodic jobs are scheduled.
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
