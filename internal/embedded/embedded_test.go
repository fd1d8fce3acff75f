package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ownerEnv makes this test binary start a cluster and a store in the named folder, and wait to
// be killed.
const ownerEnv = "EMBEDDED_TEST_OWNER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerEnv); dir != "" {
		if err := own(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// children are the processes that such an owner started.
type children struct {
	Postgres, Store int
	URL             string
}

func own(dir string) error {
	ctx := context.Background()
	if _, err := LockDir(dir); err != nil {
		return err
	}
	pg, err := StartPostgres(ctx, PostgresOptions{Dir: dir, Durable: true})
	if err != nil {
		return err
	}
	store, err := StartObjectStore(ctx, filepath.Join(dir, "s3"))
	if err != nil {
		return err
	}
	started := children{pg.child.cmd.Process.Pid, store.child.cmd.Process.Pid, pg.URL("postgres")}
	if err := json.NewEncoder(os.Stdout).Encode(started); err != nil {
		return err
	}
	select {} // until it is killed
}

// startOwner starts another process that owns dir, and returns its children.
func startOwner(t *testing.T, dir string) (*exec.Cmd, children) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownerEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var c children
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&c); err != nil {
		t.Fatalf("the owner started nothing: %v", err)
	}
	return cmd, c
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// awaitGone polls until no process has the pid, or only a zombie has.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for alive(pid) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d is still there", pid)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

func TestAKilledOwnerLeavesNoChildAndTheNextStartRecovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner, started := startOwner(t, dir)
	query(t, started.URL, `create table kept (n int)`)
	query(t, started.URL, `insert into kept values (1)`)
	kill(t, owner)
	pg := startTestPostgres(t, PostgresOptions{Dir: dir, Durable: true}) // at once: the old server may not have ended yet
	if alive(started.Postgres) {
		t.Error("the killed owner's server still runs beside the new one")
	}
	awaitGone(t, started.Store)
	if n := query(t, pg.URL("postgres"), `select count(*) from kept`); n != "1" {
		t.Errorf("the committed row is lost: %s rows", n)
	}
}

func TestLockDirRefusesASecondProcessAndNamesTheFirst(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	release, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockDir(dir)
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("a second process got %v", err)
	}
	if text := err.Error(); !strings.Contains(text, strconv.Itoa(os.Getpid())) || !strings.Contains(text, dir) || strings.Contains(text, "\n") {
		t.Errorf("the refusal does not name process and folder on one line: %q", text)
	}
	release()
	release, err = LockDir(dir)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	release()
}

func TestAKilledProcessReleasesItsLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner, _ := startOwner(t, dir)
	if _, err := LockDir(dir); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(owner.Process.Pid)) {
		t.Fatalf("while another process has the lock: %v", err)
	}
	kill(t, owner)
	release, err := LockDir(dir)
	if err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	release()
}

func TestStopKillsAProcessThatIgnoresSignals(t *testing.T) {
	t.Parallel()
	c, err := startChild(exec.Command("/bin/sh", "-c", `trap "" INT TERM; while :; do sleep 1; done`), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.stop(stopStep{ended, c.signal(syscall.SIGTERM)}); err == nil {
		t.Error("stop did not report that the child had to be killed")
	}
	awaitGone(t, c.cmd.Process.Pid)
}
