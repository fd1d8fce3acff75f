package main

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// asCommand makes this test binary run as the command.
const asCommand = "WITHPOSTGRES_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		if err := os.Unsetenv(asCommand); err != nil {
			panic(err)
		}
		main()
	}
	os.Exit(m.Run())
}

func command(arguments ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], arguments...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stderr = os.Stderr
	return cmd
}

// started runs a command that prints the relevant environment and waits.
func started(t *testing.T) (cmd *exec.Cmd, postgres, s3 string) {
	t.Helper()
	cmd = command("/bin/sh", "-c", `echo "$SOCIALDIRECT_TEST_POSTGRES $SOCIALDIRECT_TEST_S3"; trap "exit 7" TERM; while :; do sleep 0.05; done`)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	postgres, s3, _ = strings.Cut(strings.TrimSpace(line), " ")
	return cmd, postgres, s3
}

// answers fails the test unless both servers answer.
func answers(t *testing.T, postgres, s3 string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), postgres)
	if err != nil {
		t.Error(err)
	} else if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
	address, err := os.ReadFile(s3)
	if err != nil {
		t.Error(err)
		return
	}
	_, host, _ := strings.Cut(string(address), "@")
	response, err := http.Get("http://" + host)
	if err != nil {
		t.Error(err)
		return
	}
	response.Body.Close()
}

func TestTheCommandFindsBothServersAndItsStatusIsReturned(t *testing.T) {
	cmd, postgres, s3 := started(t)
	answers(t, postgres, s3)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("the status came back as %v", err)
	}
	if _, err := os.Stat(filepath.Dir(filepath.Dir(s3))); !os.IsNotExist(err) {
		t.Errorf("it left its folder: %v", err)
	}
}

// Go's test cache requires the same environment as before.
func TestTheEnvironmentIsTheSameEvenIfTheLastRunWasKilled(t *testing.T) {
	cmd, postgres, s3 := started(t)
	_, otherPostgres, otherS3 := started(t)
	if otherPostgres == postgres || otherS3 == s3 {
		t.Fatalf("two concurrent runs share %s or %s", postgres, s3)
	}
	_ = syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
	_, againPostgres, againS3 := started(t)
	if againPostgres != postgres || againS3 != s3 {
		t.Errorf("after a kill: %s %s, before: %s %s", againPostgres, againS3, postgres, s3)
	}
	answers(t, againPostgres, againS3)
	answers(t, otherPostgres, otherS3)
	conn, err := pgx.Connect(t.Context(), againPostgres)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var left int
	if err := conn.QueryRow(t.Context(), `select count(*) from pg_database where datname like 'test%'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d databases of the killed run, %v", left, err)
	}
}

func TestSignalsReachTheCommand(t *testing.T) {
	cmd := command("/bin/sh", "-c", `trap "echo told; exit 3" TERM; echo ready; while :; do sleep 0.05; done`)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	if line, err := out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil || string(rest) != "told\n" {
		t.Errorf("after the signal it said %q, %v", rest, err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("the status came back as %v", err)
	}
}
