package postgres

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the history of the schema, one file per step, for tests that compare two
// histories.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// ErrFormer means that a database is of a version from before the first release, or of an
// unknown one: its schema cannot be migrated.
var ErrFormer = errors.New("the database is of a version from before the first release, which cannot be kept: " +
	"give an empty database instead (for the demonstration, delete its folder or name another with --data)")

// Current reports whether the schema is the one that this program was built for, or a newer
// one. It fails with ErrFormer for a database from before the first release.
func (db *DB) Current(ctx context.Context) (bool, error) {
	steps, err := stepsOf(Migrations())
	if err != nil {
		return false, err
	}
	left, err := lacking(ctx, db.Pool, steps)
	return err == nil && len(left) == 0, err
}

// step is one migration.
type step struct {
	version int64
	// loose steps run outside of a transaction, which building an index concurrently requires.
	loose bool
}

// stepsOf returns the steps in a folder, in order.
func stepsOf(files fs.FS) ([]step, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	var steps []step
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{version, strings.Contains(string(text), "-- +goose NO TRANSACTION")})
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Compare(a.version, b.version) })
	return steps, nil
}

// lacking returns the steps that the database has not applied. It fails with ErrFormer if the
// database has an unknown step, unless that is newer than all known ones: an older program
// keeps working on the schema of the next version.
func lacking(ctx context.Context, pool *pgxpool.Pool, steps []step) ([]step, error) {
	taken, err := appliedTo(ctx, pool)
	if err != nil {
		return nil, err
	}
	for _, version := range taken {
		known := slices.ContainsFunc(steps, func(s step) bool { return s.version == version })
		if !known && version < steps[len(steps)-1].version {
			return nil, ErrFormer
		}
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return slices.Contains(taken, s.version) }), nil
}

// appliedTo returns the applied steps of a database; none if it is new.
func appliedTo(ctx context.Context, pool *pgxpool.Pool) ([]int64, error) {
	var begun bool
	if err := pool.QueryRow(ctx, `select to_regclass('goose_db_version') is not null`).Scan(&begun); err != nil || !begun {
		return nil, err
	}
	rows, err := pool.Query(ctx, `select version_id from goose_db_version where is_applied and version_id > 0`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
