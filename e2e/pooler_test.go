package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/dbtest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pooler starts Debian's PgBouncer in front of a database and returns its address.
func pooler(t *testing.T, database, mode string) string {
	t.Helper()
	behind, err := pgx.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	dir, err := os.MkdirTemp("", "pooler-") // another user cannot enter a test's own folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	conf := fmt.Sprintf(`[databases]
%[1]s = host=127.0.0.1 port=%[2]s dbname=%[1]s user=%[3]s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %[4]s
unix_socket_dir =
auth_type = any
pool_mode = %[5]s
default_pool_size = 8
max_client_conn = 100
`, behind.Database, overTCP(t, behind), behind.User, port, mode)
	path := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{path}
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "postgres"}, args...)
	}
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // Debian's location, which is not in an ordinary user's PATH
	}
	cmd := exec.Command(program, args...)
	said := &lines{}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has no state
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(said.String(), "process up"); time.Sleep(25 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("PgBouncer does not listen: %s", said)
		}
	}
	return fmt.Sprintf("postgres://%s@127.0.0.1:%s/%s?sslmode=disable", behind.User, port, behind.Database)
}

// overTCP is a port that leads to a database, whose socket is its owner's alone.
func overTCP(t *testing.T, cfg *pgx.ConnConfig) (port string) {
	t.Helper()
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, address)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

// A pooler in transaction mode is refused in one line, by every command that would fail with
// it.
func TestR40_APoolerInTransactionModeWithoutADirectAddressIsRefused(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	d := furnish(t, pooler(t, database, "transaction"), blobtest.Config(t))
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"admin", "create", "--email", "claire@exemple.fr"}} {
		p, err := launch(static, append(d.env, "LOG_LEVEL=error"), args...)
		if err != nil {
			t.Fatal(err)
		}
		if status := exitStatus(p.wait(60 * time.Second)); status != 2 {
			t.Errorf("%v ended with %d", args, status)
		}
		if said := p.output.String(); !strings.HasPrefix(said, "socialdirect: DATABASE_URL holds ") || !strings.Contains(said, "DATABASE_DIRECT_URL") || strings.Count(said, "\n") != 1 {
			t.Errorf("%v said %q", args, said)
		}
	}
}

// A pooler is allowed if the database's own address is configured too.
func TestR40_WithADirectAddressAPoolerServes(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	d := furnish(t, pooler(t, database, "transaction"), blobtest.Config(t))
	d.env = append(d.env, "DATABASE_DIRECT_URL="+database)
	d.command(t, "migrate")
	invitation := linkPattern.FindString(d.command(t, "admin", "create", "--email", "claire@exemple.fr"))
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
	signedIn := []string{"Cookie", "session=" + random()}
	failed := map[string]int{}
	for range 40 {
		for _, path := range []string{"/", "/rendez-vous", "/c/ponant", "/conditions", "/confidentialite", strings.TrimPrefix(invitation, d.url)} {
			if answer, _ := d.ask(t, path, signedIn...); answer.StatusCode >= http.StatusInternalServerError {
				failed[path]++
			}
		}
	}
	if len(failed) != 0 {
		t.Errorf("failed: %v\n%s", failed, d.output)
	}
	if status, parts := d.parts(t); status != "ready" {
		t.Errorf("%s %v", status, parts)
	}
}

// A pooler in session mode works like the database itself.
func TestR40_APoolerInSessionModeServes(t *testing.T) {
	t.Parallel()
	d := furnish(t, pooler(t, dbtest.New(t), "session"), blobtest.Config(t))
	d.env = append(d.env, "DATABASE_CONNECTIONS=4")
	d.command(t, "migrate")
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
}
