package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE values of a server that is unavailable (PostgreSQL manual, appendix A): classes and
// single codes.
const (
	connectionClass = "08" // connection failures
	resourcesClass  = "53" // no disk space, memory or connection left
	diskFull        = "53100"
)

// leaving are the codes of a server that shuts down, was killed, starts up, or is a read-only
// standby.
var leaving = []string{"57P01", "57P02", "57P03", "25006"}

// connectTimeout bounds an attempt to connect, unless the address sets another; pingTimeout
// bounds the check of an idle connection.
const (
	connectTimeout = 5 * time.Second
	pingTimeout    = 3 * time.Second
)

// lost marks an error of a connection to the database. The driver passes on plain system
// errors, which could be those of any connection.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

// Timeout forwards to the marked error. TLS finds it by a type assertion: without it, TLS
// would treat an expired read deadline as a broken connection.
func (l lost) Timeout() bool {
	var of interface{ Timeout() bool }
	return errors.As(l.error, &of) && of.Timeout()
}

// Temporary forwards to the marked error, as Timeout does.
func (l lost) Temporary() bool {
	var of interface{ Temporary() bool }
	return errors.As(l.error, &of) && of.Temporary()
}

// watched is a connection to the server that marks its errors.
type watched struct{ net.Conn }

func (c watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, mark(err)
}

func (c watched) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, mark(err)
}

func mark(err error) error {
	if err != nil {
		err = lost{err}
	}
	return err
}

// watch makes dial return connections that mark their errors.
func watch(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return watched{conn}, nil
	}
}

// Away reports whether err means that the database is unavailable: it does not answer, shuts
// down, has no connection, memory or disk space left, or is read-only. The same statement may
// succeed later.
func Away(err error) bool {
	var connecting *pgconn.ConnectError
	var broken lost
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &connecting), errors.As(err, &broken), errors.Is(err, pgconn.ErrConnClosed):
		return true
	case errors.As(err, &pg):
		return strings.HasPrefix(pg.Code, connectionClass) || strings.HasPrefix(pg.Code, resourcesClass) || slices.Contains(leaving, pg.Code)
	}
	return false
}

// DiskFull reports whether err means that a disk is full.
func DiskFull(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == diskFull || errors.Is(err, syscall.ENOSPC)
}

// Writes reports whether the database answers and can write to its disk. Its query returns
// more rows than fit in memory, so that PostgreSQL writes a temporary file, which leaves
// neither log nor dead rows.
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
