package postgres

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// diskFull is the SQLSTATE of a server that has no room left.
const diskFull = "53100"

// DiskFull reports whether err says that there is no room left on a disk.
func DiskFull(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == diskFull || errors.Is(err, syscall.ENOSPC)
}

// Writes reports whether the database answers and can write on its disk. It asks for
// more rows than may stay in memory: they go to a file that is gone again at once,
// and leave neither log nor dead rows behind.
func (db *DB) Writes(ctx context.Context) error {
	err := pgx.BeginTxFunc(ctx, db.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local work_mem = '64kB'`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `select count(*) from generate_series(1, 20000)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}
