package postgres

import (
	"context"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// MigrateFiles is Migrate with the test's own steps and limits.
func MigrateFiles(ctx context.Context, pool *pgxpool.Pool, files fs.FS, lock, step, pause time.Duration, tries int) error {
	return migrator{pool, files, patience{lock, step, pause, tries}}.up(ctx)
}
