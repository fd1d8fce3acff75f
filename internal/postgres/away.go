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

// SQLSTATE values of a server that cannot serve now (PostgreSQL manual, appendix A):
// whole classes, and single codes.
const (
	connectionClass = "08" // the connection broke
	resourcesClass  = "53" // no room, memory or connection left
	diskFull        = "53100"
)

// leaving are the codes of a server that goes away, was killed, starts, or follows
// another one and writes nothing.
var leaving = []string{"57P01", "57P02", "57P03", "25006"}

// connectTimeout bounds a try to reach the server, unless its address says another;
// pingTimeout the question whether a connection that was left alone still works.
const (
	connectTimeout = 5 * time.Second
	pingTimeout    = 3 * time.Second
)

// lost marks an error of the connection's own: the driver passes the system's on, which
// could be anybody's.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

// Timeout and Temporary say what the error itself says. TLS asks for them by a type
// assertion: without them it takes the end of a reader's patience for that of the
// connection.
func (l lost) Timeout() bool {
	var of interface{ Timeout() bool }
	return errors.As(l.error, &of) && of.Timeout()
}

// Temporary is the other half of net.Error.
func (l lost) Temporary() bool {
	var of interface{ Temporary() bool }
	return errors.As(l.error, &of) && of.Temporary()
}

// watched is a connection to the server whose errors are marked.
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

// watch has every connection to the server marked.
func watch(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return watched{conn}, nil
	}
}

// Away reports whether err says that the database cannot serve now: it does not
// answer, goes away, has no connection, memory or disk left, or writes nothing. What
// was asked may succeed later as it is.
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
