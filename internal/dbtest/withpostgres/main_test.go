package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asCommand turns this test binary into the command itself.
const asCommand = "WITHPOSTGRES_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Unsetenv(asCommand)
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

func TestCommandFindsBothServersAndItsStatusComesBack(t *testing.T) {
	t.Parallel()
	out, err := command("/bin/sh", "-c", `echo "$SOCIALDIRECT_TEST_POSTGRES $SOCIALDIRECT_TEST_S3"; exit 7`).Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("the status came back as %v", err)
	}
	if got := string(out); !strings.HasPrefix(got, "postgres:///") || !strings.Contains(got, "@127.0.0.1:") {
		t.Errorf("the environment held %q", got)
	}
}

func TestSignalsReachTheCommand(t *testing.T) {
	t.Parallel()
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
