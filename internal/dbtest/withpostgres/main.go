// Command withpostgres runs a command with a PostgreSQL cluster and an S3 store, which it
// starts, passes in the environment and stops afterwards, so that all test binaries of a run
// share them:
//
//	go run ./internal/dbtest/withpostgres go test ./...
//
// Both have the same address in each run in the same folder, so that Go's test cache works for
// unchanged packages. Concurrent runs are separate, and what a killed run left is replaced.
//
// Signals are passed to the command, and its exit status is returned.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/testdir"
)

const (
	maxConnections = 400 // several test binaries, each with many tests at a time
	stopTimeout    = 10 * time.Second
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(status)
}

func run(command []string) (status int, err error) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx := context.Background()
	dir, err := testdir.Fixed("shared")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, testdir.Remove(dir)) }()
	pg, err := embedded.StartPostgres(ctx, embedded.PostgresOptions{Dir: filepath.Join(dir, "postgres"), MaxConnections: maxConnections})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, stop(pg)) }()
	store, err := embedded.StartObjectStore(ctx, filepath.Join(dir, "s3"))
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, stop(store)) }()
	address := filepath.Join(dir, "s3-address")
	if err := os.WriteFile(address, []byte(blobtest.Address(store)), 0o600); err != nil {
		return 1, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), dbtest.Env+"="+pg.URL("postgres"), blobtest.Env+"="+address)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return supervise(cmd, signals)
}

// supervise runs cmd, passes signals to it, and returns its status as a shell does: 128 and
// the signal's number if it was killed.
func supervise(cmd *exec.Cmd, signals <-chan os.Signal) (int, error) {
	// A group of its own: Ctrl-C reaches it once, through us, and the servers
	// outlive it. Should we be killed, it is told to end as they are; the kernel
	// watches the thread that started it.
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return 127, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = syscall.Kill(-cmd.Process.Pid, s.(syscall.Signal))
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return 1, err
			}
			state := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if state.Signaled() {
				return 128 + int(state.Signal()), nil
			}
			return state.ExitStatus(), nil
		}
	}
}

func stop(part interface{ Stop(context.Context) error }) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return part.Stop(ctx)
}
