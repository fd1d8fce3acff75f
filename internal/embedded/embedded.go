// Package embedded starts what the demo and the tests need beside the product
// and stops it again: a private PostgreSQL cluster, an S3 server and
// receivers of mail and of SMS. Everything stays in a folder of the caller's, listens on the
// loopback address or a unix socket alone, and is gone when this process is,
// however it ended.
//
// Linux only: a child is tied to its parent by the kernel's parent-death signal.
package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// child is a program that cannot outlive this process.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
	err  error         // how it ended; readable once done is closed
}

// startChild starts cmd in a process group of its own, so that a Ctrl-C in the
// terminal reaches it through us alone, and has the kernel send death to it
// when this process ends.
func startChild(cmd *exec.Cmd, death syscall.Signal) (*child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = death
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The parent of the signal is the thread that started the child: it
		// must live as long as the child does.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// stopStep is one way of asking a child to end.
type stopStep struct {
	ctx  context.Context // until when it may take
	stop func() error
}

// stop goes through the steps until the child has ended, then kills it with its
// whole process group.
func (c *child) stop(steps ...stopStep) error {
	for _, step := range steps {
		if err := step.stop(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			continue
		}
		select {
		case <-c.done:
			return nil
		case <-step.ctx.Done():
		}
	}
	select {
	case <-c.done:
		return nil
	default:
	}
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.done
	return errors.New("had to be killed")
}

func (c *child) signal(s syscall.Signal) func() error {
	return func() error { return c.cmd.Process.Signal(s) }
}
