package e2e

import (
	"errors"
	"net"
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

// children returns the running child processes of pid.
func children(t *testing.T, pid int) []int {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, folder := range folders {
		content, err := os.ReadFile(filepath.Join(folder, "stat"))
		if err != nil {
			continue // it has just ended
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest)
		child, _ := strconv.Atoi(filepath.Base(folder)) // digits by the pattern
		if parent, _ := strconv.Atoi(fields[1]); parent == pid && fields[0] != "Z" {
			found = append(append(found, child), children(t, child)...)
		}
	}
	return found
}

func running(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestDemoRecoversFromKillAndRefusesASecondStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	first, err := startDemo(static, dir, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "is already in use by process "+strconv.Itoa(first.cmd.Process.Pid), "demo", "--data", dir, "--addr", "127.0.0.1:0")

	started := children(t, first.cmd.Process.Pid)
	if len(started) < 2 {
		t.Errorf("PostgreSQL and the object store should be among its children: %v", started)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	await(t, "no child stays behind", 10*time.Second, func() bool {
		for _, pid := range started {
			if running(pid) {
				return false
			}
		}
		return true
	})
	second, err := startDemo(static, dir, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if second.ConnectionCode != first.ConnectionCode || second.account(t, "social_worker") != first.account(t, "social_worker") {
		t.Error("the second start has other people than the first")
	}
	second.hasACallUnderWay(t)
	began := time.Now()
	if err := second.stop(); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, second.output)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("Ctrl-C took %s", took)
	}
}

// One folder can be started with any clock, later or earlier than before: there is always a
// current call, and a slot within a day in each mode.
func TestTheDemoStartsWithAnyClock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	for _, now := range []string{"2027-12-31T23:50:00+01:00", "2040-02-29T12:00:00+04:00", "2026-03-29T01:59:00+01:00"} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		d, err := startDemoAt(static, dir, "127.0.0.1:0", at)
		if err != nil {
			t.Fatal(err)
		}
		d.hasACallUnderWay(t)
		d.hasHoursWithinADay(t, at)
		if err := d.stop(); err != nil {
			t.Errorf("Ctrl-C: %v\n%s", err, d.output)
		}
	}
}

// hasHoursWithinADay checks that by the demo's clock there is a slot within a day in each
// mode.
func (d *demonstration) hasHoursWithinADay(t *testing.T, now time.Time) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, mode := range []string{"video", "phone", "in_person"} {
		var hours int
		err := conn.QueryRow(t.Context(), `select count(*) from available_slots where $1 = any(modes) and starts_at between $2 and $2 + interval '1 day'`, mode, now).Scan(&hours)
		if err != nil || hours == 0 {
			t.Errorf("at %s there are %d slots within a day for %s: %v", now, hours, mode, err)
		}
	}
}

// hasACallUnderWay checks that the first two people have a current call, and have met before.
func (d *demonstration) hasACallUnderWay(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var running, past, messages int
	err = conn.QueryRow(t.Context(), `
		select count(*) filter (where period @> platform_now()), count(*) filter (where upper(period) < platform_now()), (select count(*) from messages)
		from appointments p join accounts b on b.id = p.beneficiary_id join accounts w on w.id = p.social_worker_id
		where b.email = $1 and w.email = $2 and p.mode = 'video' and p.status = 'confirmed'`,
		d.account(t, "beneficiary").Email, d.account(t, "social_worker").Email).Scan(&running, &past, &messages)
	if err != nil || running != 1 || past < 1 || messages < 2 {
		t.Errorf("%d current calls, %d past, %d messages: %v", running, past, messages, err)
	}
}

// refused runs the program and expects a failure with one line that contains words.
func refused(t *testing.T, words string, args ...string) {
	t.Helper()
	cmd := exec.Command(static, args...)
	var said strings.Builder
	cmd.Stderr = &said
	err := cmd.Run()
	if err == nil || !strings.Contains(said.String(), words) || strings.Count(strings.TrimSpace(said.String()), "\n") != 0 {
		t.Errorf("%v: %v, said %q, want one line with %q", args, err, said.String(), words)
	}
}

func TestABusyPortAndAnInvalidSettingAreReportedInOneLine(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	refused(t, "cannot listen on "+busy.Addr().String(), "demo", "--data", t.TempDir(), "--addr", busy.Addr().String())
	refused(t, "--now holds", "demo", "--data", t.TempDir(), "--now", "demain")
	refused(t, "--addr holds", "demo", "--data", t.TempDir(), "--addr", "0.0.0.0:8080")
	refused(t, "PUBLIC_URL holds", "serve")
	refused(t, "DATABASE_URL holds", "migrate")
	refused(t, "--email holds", "admin", "create", "--email", "nobody")
	refused(t, "--role holds", "admin", "create", "--email", "a@b.fr", "--role", "king")
	refused(t, "no command", "frobnicate")
	for _, wrong := range [][]string{{"serve"}, {"demo", "--now", "2026-11-29"}} {
		if status := exitStatus(exec.Command(static, wrong...).Run()); status != 2 {
			t.Errorf("%v: an invalid setting ends with status %d, want 2", wrong, status)
		}
	}
	if help, err := exec.Command(static, "demo", "--help").Output(); err != nil || !strings.Contains(string(help), "-now") {
		t.Errorf("the demo's help does not mention its clock: %v, %s", err, help)
	}
	for _, command := range [][]string{{"--help"}, {"demo", "--help"}, {"serve", "--help"}, {"migrate", "--help"}, {"admin", "create", "--help"}, {"admin", "--help"}, {"version"}, {"licenses"}} {
		if out, err := exec.Command(static, command...).Output(); err != nil || len(out) == 0 {
			t.Errorf("%v: %v, %q", command, err, out)
		}
	}
}

func exitStatus(err error) int {
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode()
	}
	return 0
}
