package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the schema's history, one file a step, for those who need to
// tell two histories apart.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Migrate brings the schema of the database at url up to date: the product's
// own steps, then the job queue's. Two at a time wait for each other.
func Migrate(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	defer pool.Close()
	provider, err := schema(pool)
	if err != nil {
		return err
	}
	defer provider.Close()
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return migrateJobs(ctx, pool)
}

func schema(pool *pgxpool.Pool) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("schema lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), Migrations(), goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("schema history: %w", err)
	}
	return provider, nil
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

// Current reports whether the schema is the one this program was built for.
func (db *DB) Current(ctx context.Context) (bool, error) {
	provider, err := schema(db.Pool)
	if err != nil {
		return false, err
	}
	defer provider.Close()
	pending, err := provider.HasPending(ctx)
	return !pending, err
}
