// Package embedded starts and stops what the demo and the tests need beside the product: a
// private PostgreSQL cluster, an S3 server, and receivers of mail and SMS. Everything is
// stored in a folder of the caller's, listens only on the loopback address or a unix socket,
// and ends with this process, however that ends.
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

// child is a program that ends with this process.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
	err  error         // how it ended; readable once done is closed
}

// startChild starts cmd in a process group of its own, so that Ctrl-C in the terminal reaches
// only this process. When this process ends, the kernel sends the signal death to the child.
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

// stopStep is one way to make a child end.
type stopStep struct {
	ctx  context.Context // how long to wait for it
	stop func() error
}

// stop tries the steps until the child has ended, and in the end kills its whole process
// group.
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
