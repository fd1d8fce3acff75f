// Package dbtest gives a test a database of its own on a real PostgreSQL: of the
// cluster that the environment variable SOCIALDIRECT_TEST_POSTGRES names, else of
// one that is started for this test binary and ends with it. Command withpostgres
// starts one for many test binaries.
//
// Whoever is signed up in such a test has a password that cost next to nothing.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/passhash"
	"socialdirect/internal/postgres"
	"socialdirect/internal/testdir"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Env names a running cluster: the URL of a database on it whose user may make
// databases.
const Env = "SOCIALDIRECT_TEST_POSTGRES"

// lockKey is the advisory lock under which templates are made.
const lockKey = 7_236_841

func init() { passhash.Cheapen() }

// New makes a database with the whole schema and nothing in it, and returns its
// URL. It is dropped at the end of the test, whoever is still connected.
func New(t testing.TB) string {
	t.Helper()
	admin, err := cluster()
	if err != nil {
		t.Fatal(err)
	}
	template, err := templates.of(admin)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := execute(fmt.Sprintf("create database %s template %s strategy file_copy", name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute("drop database " + name + " with (force)"); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(admin, name)
}

// cluster is the URL of the cluster's own database.
var cluster = sync.OnceValues(func() (string, error) {
	if address := os.Getenv(Env); address != "" {
		return address, nil
	}
	dir, err := testdir.New("postgres")
	if err != nil {
		return "", err
	}
	pg, err := embedded.StartPostgres(context.Background(), embedded.PostgresOptions{Dir: dir, MaxConnections: 200})
	if err != nil {
		return "", err
	}
	return pg.URL("postgres"), nil
})

// templates remembers that this process has seen the template.
var templates = &template{}

type template struct {
	mu   sync.Mutex
	name string
}

// of is the name of the template for the schema this binary was built with, made
// on the cluster when it has none.
func (tp *template) of(admin string) (string, error) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	if tp.name != "" {
		return tp.name, nil
	}
	fingerprint, err := schemaFingerprint()
	if err != nil {
		return "", err
	}
	name := "template_" + fingerprint
	if err := makeTemplate(admin, name); err != nil {
		return "", fmt.Errorf("template database: %w", err)
	}
	tp.name = name
	return name, nil
}

// makeTemplate migrates a database beside the template and renames it when it is
// whole. Other processes that want it wait for the lock.
func makeTemplate(admin, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) // lets go of the lock
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockKey); err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	unfinished := "unfinished_" + name
	for _, sql := range []string{"drop database if exists " + unfinished + " with (force)", "create database " + unfinished} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := postgres.Migrate(ctx, withDatabase(admin, unfinished)); err != nil {
		return err
	}
	if err := disconnectAll(ctx, conn, unfinished); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("alter database %s rename to %s", unfinished, name))
	return err
}

// disconnectAll closes a database to everybody: a template may have no
// connection, and those that were closed a moment ago linger.
func disconnectAll(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "alter database "+name+" allow_connections false"); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1", name)
	return err
}

// schemaFingerprint tells two schema histories apart, the job queue's included.
func schemaFingerprint() (string, error) {
	h := sha256.New()
	if err := hashFiles(h, postgres.Migrations()); err != nil {
		return "", err
	}
	jobs, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", err
	}
	for _, m := range jobs.AllVersions() {
		fmt.Fprintln(h, m.Version, m.SQLUp)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func hashFiles(h hash.Hash, files fs.FS) error {
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
}

// idle are connections to the cluster's own database, kept while the process lives: to
// start one costs more than half of what a new database does. A pool would leave a
// goroutine behind, which tests for leaks count.
var idle = make(chan *pgx.Conn, 8)

func admin(ctx context.Context) (*pgx.Conn, error) {
	select {
	case conn := <-idle:
		return conn, nil
	default:
	}
	address, err := cluster()
	if err != nil {
		return nil, err
	}
	return pgx.Connect(ctx, address)
}

func execute(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := admin(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, sql); err != nil {
		_ = conn.Close(ctx)
		return fmt.Errorf("%s: %w", sql, err)
	}
	select {
	case idle <- conn:
		return nil
	default:
		return conn.Close(ctx)
	}
}

// withDatabase is the address of another database of the same cluster.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // it was connected to
	}
	u.Path = "/" + name
	return u.String()
}
