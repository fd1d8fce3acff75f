package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func startTestPostgres(t *testing.T, opt PostgresOptions) *Postgres {
	t.Helper()
	pg, err := StartPostgres(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopQuickly(t, pg) })
	return pg
}

func stopQuickly(t *testing.T, part interface {
	Stop(context.Context) error
	Done() <-chan struct{}
}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := part.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	select {
	case <-part.Done():
	default:
		t.Error("stopped, yet not done")
	}
}

// query runs sql and returns the first column of the first row as text.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	value := ""
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		value = fmt.Sprint(values[0])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestPostgresKeepsItsDataAcrossStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir, Durable: true, MaxConnections: 17})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.EnsureDatabase(t.Context(), "été & co"); err != nil {
		t.Fatal(err)
	}
	query(t, first.URL("été & co"), `create table kept ()`)
	for setting, want := range map[string]string{
		"fsync": "on", "listen_addresses": "", "max_connections": "17", "server_encoding": "UTF8", "TimeZone": "UTC", "unix_socket_permissions": "0700",
	} {
		t.Run(setting, func(t *testing.T) {
			if got := query(t, first.URL("postgres"), "show "+setting); got != want {
				t.Errorf("%s is %q, want %q", setting, got, want)
			}
		})
	}
	stopQuickly(t, first)
	second := startTestPostgres(t, PostgresOptions{Dir: dir})
	if err := second.EnsureDatabase(t.Context(), "été & co"); err != nil {
		t.Fatal(err)
	}
	query(t, second.URL("été & co"), `select from kept`)
	if got := query(t, second.URL("postgres"), "show fsync"); got != "off" {
		t.Errorf("fsync is %q in a cluster that is not durable", got)
	}
}

func TestPostgresURLServesPostgresOwnPrograms(t *testing.T) {
	t.Parallel()
	pg := startTestPostgres(t, PostgresOptions{Dir: filepath.Join(t.TempDir(), "a folder, with + & % in its name")})
	cmd := exec.Command(filepath.Join(pg.BinDir(), "psql"), pg.URL("postgres"), "-Atc", "select 6 * 7")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "42" {
		t.Errorf("psql: %v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(pg.BinDir(), "pgbench")); err != nil {
		t.Errorf("pgbench is not beside it: %v", err)
	}
}

func TestPostgresRepeatsAnInterruptedInit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	half := filepath.Join(dir, "pgdata.init-1", "base")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	startTestPostgres(t, PostgresOptions{Dir: dir})
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the interrupted cluster is still there: %v", err)
	}
}

// The pid in the file of a killed server may be another process's at the next start, above all
// in a container.
func TestPostgresStartsEvenIfAnotherProcessHasItsOldPid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	stopQuickly(t, first)
	stranger, err := startChild(exec.Command("sleep", "60"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.stop() }() // killed
	pidFile := filepath.Join(dir, "pgdata", "postmaster.pid")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.cmd.Process.Pid)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	startTestPostgres(t, PostgresOptions{Dir: dir})
}

func TestPostgresInADeepFolderUsesATemporarySocketFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("profond-", 12))
	pg, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	socket := pg.socket.path
	if query(t, pg.URL("postgres"), `select 1`) != "1" || strings.HasPrefix(socket, dir) {
		t.Errorf("the socket is in %s", socket)
	}
	stopQuickly(t, pg)
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket's folder was not removed: %v", err)
	}
}

func TestPostgresReportsThatItDied(t *testing.T) {
	t.Parallel()
	pg, err := StartPostgres(t.Context(), PostgresOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := pg.child.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-pg.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Done was not closed")
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Errorf("stopping a dead server: %v", err)
	}
}

func TestPostgresStopsAtOnceWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pg, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	query(t, pg.URL("postgres"), `create table kept ()`)
	noTime, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pg.Stop(noTime); err != nil {
		t.Fatal(err)
	}
	again := startTestPostgres(t, PostgresOptions{Dir: dir, Durable: true})
	query(t, again.URL("postgres"), `select from kept`)
}

// If user namespaces are not permitted, root gives the cluster to the user postgres, who must
// be able to reach it. An ordinary user has only one way.
func TestPostgresRunsAsEachPossibleUser(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "socialdirect-identity-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "cluster")
	for _, who := range identities() { // on the same cluster: its files change owners
		pg, err := startPostgres(t.Context(), PostgresOptions{Dir: open}, []identity{who})
		if err != nil {
			t.Fatalf("as %+v: %v", who, err)
		}
		if query(t, pg.URL("postgres"), `select 1`) != "1" {
			t.Errorf("as %+v: no answer", who)
		}
		stopQuickly(t, pg)
	}
}

func TestPostgresNamesTheFolderThatCannotBeEntered(t *testing.T) {
	t.Parallel()
	private := filepath.Join(t.TempDir(), "private")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(private)
	if err != nil {
		t.Fatal(err)
	}
	if passable(info, os.Geteuid()+1, os.Getegid()+1) {
		t.Error("a private folder counts as accessible for another user")
	}
	if !passable(info, os.Geteuid(), os.Getegid()) {
		t.Error("a private folder counts as inaccessible for its owner")
	}
	if os.Geteuid() != 0 {
		return // an ordinary user owns its folders
	}
	stranger := identity{uid: 65534, gid: 65534, other: true}
	_, err = startPostgres(t.Context(), PostgresOptions{Dir: filepath.Join(private, "pg")}, []identity{stranger})
	if err == nil || !strings.Contains(err.Error(), private) {
		t.Errorf("the message does not name %s: %v", private, err)
	}
}

func TestPostgresVersions(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)\n": 15, "postgres (PostgreSQL) 18beta1\n": 18, "postgres (PostgreSQL) 9.6.24": 9,
	} {
		t.Run(line, func(t *testing.T) {
			if got, err := parseMajor(line); err != nil || got != want {
				t.Errorf("%q is read as %d, %v", line, got, err)
			}
		})
	}
	if _, err := parseMajor("mysql 8"); err == nil {
		t.Error("the version of another program was parsed")
	}
	got := newestFirst([]string{"/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin"})
	if got[0] != "/usr/lib/postgresql/17/bin" || got[1] != "/usr/lib/postgresql/15/bin" {
		t.Errorf("order is %q", got)
	}
}
