package postgres

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// statementKey is the statement that a query runs, in its context.
type statementKey struct{}

// TraceQueryStart is part of pgx.QueryTracer.
func (*shares) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, statementKey{}, data.SQL)
}

// TraceQueryEnd records the failed statement in the error of PostgreSQL, which is the one
// that the caller gets.
func (*shares) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	var pg *pgconn.PgError
	if sql, _ := ctx.Value(statementKey{}).(string); errors.As(data.Err, &pg) && pg.InternalQuery == "" {
		pg.InternalQuery = sql
	}
}

// maxStatement is how much of a statement is logged, in bytes.
const maxStatement = 400

// Statement returns the statement that failed as an attribute of a log line: on one line,
// shortened, without the values of its parameters. It is the empty attribute, which logs
// leave out, if PostgreSQL did not report the error.
func Statement(err error) slog.Attr {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return slog.Attr{}
	}
	statement := strings.Join(strings.Fields(pg.InternalQuery), " ")
	if len(statement) > maxStatement {
		statement = strings.ToValidUTF8(statement[:maxStatement], "") + " …"
	}
	return slog.String("statement", statement)
}
