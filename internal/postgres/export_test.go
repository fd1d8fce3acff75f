package postgres

import (
	"context"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// MigrateFiles is Migrate with steps and times of the test's own.
func MigrateFiles(ctx context.Context, pool *pgxpool.Pool, files fs.FS, lock, step, pause time.Duration, tries int) error {
	return migrator{pool, files, patience{lock, step, pause, tries}}.up(ctx)
}
