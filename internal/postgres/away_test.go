package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/postgres"

	"github.com/jackc/pgx/v5/pgconn"
)

func open(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// The check uses the disk, not memory.
func TestR40_TheCheckOfTheDatabaseWritesToItsDisk(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	db := open(t, url)
	for range 3 {
		if err := db.Writes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	db.Pool.Close() // a session's statistics are counted when it ends at the latest
	reader := open(t, url)
	deadline := time.Now().Add(10 * time.Second)
	for {
		var files int64
		err := reader.Pool.QueryRow(t.Context(), `select temp_files from pg_stat_database where datname = current_database()`).Scan(&files)
		if err == nil && files >= 3 {
			return
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%d files written: %v", files, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// small mounts a small file system for a test, and skips the test if that is not permitted.
func small(t *testing.T, mebibytes int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=755", mebibytes))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("mounting a file system takes rights that this user lacks")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, rand.NewChaCha8([32]byte{})); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

func TestR40_AFullDiskAndItsEndAreDetected(t *testing.T) {
	t.Parallel()
	dir := small(t, 160)
	pg, err := embedded.StartPostgres(t.Context(), embedded.PostgresOptions{Dir: filepath.Join(dir, "postgres"), MaxConnections: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	db, filler := open(t, pg.URL("postgres")), filepath.Join(dir, "filler")
	if err := db.Writes(t.Context()); err != nil {
		t.Fatal(err)
	}
	fill(t, filler)
	if err := db.Writes(t.Context()); !postgres.DiskFull(err) {
		t.Errorf("with a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := db.Writes(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestR40_OnlyErrorsOfAFullDiskCountAsSuch(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		nil: false, &pgconn.PgError{Code: "53100"}: true, &pgconn.PgError{Code: "53300"}: false,
		&os.PathError{Err: syscall.ENOSPC}: true, &os.PathError{Err: syscall.EACCES}: false,
	} {
		if postgres.DiskFull(err) != want {
			t.Errorf("%v: %t", err, !want)
		}
	}
}

// Errors of a server that shuts down, of a broken connection in the driver, and of the system
// count the same.
func TestR40_OnlyErrorsOfAnUnavailableDatabaseCountAsSuch(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"57P01": true, "57P02": true, "57P03": true, "53300": true, "53100": true, "53200": true, "08006": true, "25006": true,
		"23505": false, "40P01": false, "42P01": false, "57014": false, "28P01": false,
	} {
		t.Run(code, func(t *testing.T) {
			if postgres.Away(fmt.Errorf("read: %w", &pgconn.PgError{Code: code})) != want {
				t.Errorf("%s: %t", code, !want)
			}
		})
	}
	for _, err := range []error{nil, io.EOF, syscall.ECONNRESET, context.Canceled} {
		if postgres.Away(err) {
			t.Errorf("%v may be that of any connection", err)
		}
	}
	if _, err := postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none", 4); !postgres.Away(err) {
		t.Errorf("refused: %v", err)
	}
}

// A session killed during a query, and a network that breaks, are recognised as the
// database's, whatever their messages.
func TestR40_ABrokenConnectionIsRecognised(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	db, killer := open(t, url), open(t, url)
	conn, err := db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	kill := time.AfterFunc(50*time.Millisecond, func() {
		_, _ = killer.Pool.Exec(context.Background(), `select pg_terminate_backend($1)`, conn.Conn().PgConn().PID())
	})
	defer kill.Stop()
	if _, err := conn.Exec(t.Context(), `select pg_sleep(30)`); !postgres.Away(err) {
		t.Errorf("killed: %v", err)
	}
	if _, err := conn.Exec(t.Context(), `select 1`); !postgres.Away(err) {
		t.Errorf("queried again: %v", err)
	}

	conn, err = db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	broken := time.AfterFunc(50*time.Millisecond, func() { _ = conn.Conn().PgConn().Conn().Close() })
	defer broken.Stop()
	if _, err := conn.Exec(t.Context(), `select pg_sleep(30)`); !postgres.Away(err) {
		t.Errorf("cut: %v", err)
	}
}
