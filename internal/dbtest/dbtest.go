// Package dbtest gives a test its own database on a real PostgreSQL cluster: that of the
// environment variable SOCIALDIRECT_TEST_POSTGRES or, without it, one that is started for this
// test binary and ends with it. Command withpostgres starts one for many test binaries.
//
// Passwords in such a test are hashed at almost no cost.
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

// Env is the URL of a database in a running cluster, whose user may create databases.
const Env = "SOCIALDIRECT_TEST_POSTGRES"

// lockKey is the advisory lock for creating templates.
const lockKey = 7_236_841

func init() { passhash.Cheapen() }

// New creates a database with the whole schema and without data, and returns its URL. It is
// dropped at the end of the test, even if there are connections.
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

// cluster returns the URL of the cluster's own database.
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

// templates records that this process has found or created the template.
var templates = &template{}

type template struct {
	mu   sync.Mutex
	name string
}

// of returns the name of the template for this binary's schema, and creates it if the cluster
// has none.
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

// makeTemplate migrates a database under another name and renames it once it is complete.
// Other processes that need it wait for the lock.
func makeTemplate(admin, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) // releases the lock
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

// disconnectAll allows no new connections to a database and ends existing ones: a template may
// have none, and closed ones take a moment to end.
func disconnectAll(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "alter database "+name+" allow_connections false"); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1", name)
	return err
}

// schemaFingerprint identifies the history of the schema, including the job queue's.
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

// idle are open connections to the cluster's own database: opening one takes more than half of
// the time for a new database. A pool would leave a goroutine, which tests for leaks report.
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

// withDatabase returns the address of another database of the same cluster.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // the address was valid before
	}
	u.Path = "/" + name
	return u.String()
}
