// Package testdir creates folders for servers that tests start. They outlive a single test,
// but not for long: a test binary has no hook to run at its end, so that the next one removes
// them.
//
// The folders are in memory if there is room. Each test has a database of its own, some
// hundred files, which take longer to create and remove on a disk than most tests take.
package testdir

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"socialdirect/internal/embedded"
)

const (
	prefix = "socialdirect-test-"
	memory = "/dev/shm"
	room   = 2 << 30 // free bytes required for folders in memory
	atOnce = 8       // processes with the same name
)

// locked are the lock files of this process, locked until it ends.
var (
	mu     sync.Mutex
	locked []func()
)

// New creates a folder for this process, and removes those of processes that have ended.
func New(purpose string) (string, error) {
	sweep()
	dir, err := os.MkdirTemp(base(), prefix+purpose+"-*")
	if err != nil {
		return "", err
	}
	return lock(dir)
}

// Fixed is New with the same path for every process in the same working directory; if another
// process has locked it, the next free one.
func Fixed(purpose string) (string, error) {
	sweep()
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s%s-%.8x", prefix, purpose, sha256.Sum256([]byte(here)))
	var refusals error
	for n := range atOnce {
		dir, err := lock(filepath.Join(base(), fmt.Sprintf("%s-%d", name, n+1)))
		if err == nil {
			return dir, nil
		}
		refusals = errors.Join(refusals, err)
	}
	return "", refusals
}

// Remove removes a folder of this process.
func Remove(dir string) error {
	outer := filepath.Dir(dir)
	err := os.RemoveAll(dir)
	_ = os.Remove(filepath.Join(outer, "lock"))
	_ = os.Remove(outer) // empty, unless another process has reused it since the lock was released
	return err
}

// lock locks a folder for this process, and returns an empty folder in it.
func lock(outer string) (string, error) {
	release, err := embedded.LockDir(outer)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(outer, "server")
	err = os.Chmod(outer, 0o711) // the server may run as another user
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		release()
		return "", err
	}
	mu.Lock()
	defer mu.Unlock()
	locked = append(locked, release)
	return dir, nil
}

// base returns the parent of the folders.
func base() string {
	const writable = 2
	var disk syscall.Statfs_t
	if syscall.Access(memory, writable) == nil && syscall.Statfs(memory, &disk) == nil && disk.Bavail*uint64(disk.Bsize) >= room {
		return memory
	}
	return os.TempDir()
}

// sweep removes the folders that no process has locked. A folder without a lock file was just
// created, or is not of this package.
func sweep() {
	for _, base := range []string{memory, os.TempDir()} {
		locks, _ := filepath.Glob(filepath.Join(base, prefix+"*", "lock"))
		for _, lock := range locks {
			dir := filepath.Dir(lock)
			release, err := embedded.LockDir(dir)
			if err != nil {
				continue
			}
			_ = Remove(filepath.Join(dir, "server"))
			release()
		}
	}
}
