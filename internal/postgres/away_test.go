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

// The question is answered by the disk, not out of memory.
func TestR40_AskingWhetherTheDatabaseWritesUsesItsDisk(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	db := open(t, url)
	for range 3 {
		if err := db.Writes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	db.Pool.Close() // what a session did is counted when it ends at the latest
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

// small mounts a small file system of its own for a test; where that is not allowed,
// the test cannot be made.
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

func TestR40_AFullDiskIsNoticedAndSoIsItsEnd(t *testing.T) {
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

func TestR40_WhatCountsAsAFullDisk(t *testing.T) {
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
