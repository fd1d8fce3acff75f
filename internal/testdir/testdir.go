// Package testdir gives the servers that tests start a folder that outlives a
// single test, yet not for long: a test binary has no hook to run at its end, so
// what it leaves is removed by the next one.
//
// The folders are in memory where that has room for them. Each test has a
// database of its own, some hundred files, which a disk takes longer to make and
// to remove than most tests take.
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
	room   = 2 << 30 // bytes that are free where the folders are in memory
	atOnce = 8       // processes that share a name
)

// held keeps the folders of this process locked until it ends.
var (
	mu   sync.Mutex
	held []func()
)

// New makes a folder for this process, and removes those of processes that have
// ended.
func New(purpose string) (string, error) {
	sweep()
	dir, err := os.MkdirTemp(base(), prefix+purpose+"-*")
	if err != nil {
		return "", err
	}
	return hold(dir)
}

// Fixed is New at a path that is the same whenever a process asks for it in the same
// working directory; while another process holds it, the next free one.
func Fixed(purpose string) (string, error) {
	sweep()
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s%s-%.8x", prefix, purpose, sha256.Sum256([]byte(here)))
	var refusals error
	for n := range atOnce {
		dir, err := hold(filepath.Join(base(), fmt.Sprintf("%s-%d", name, n+1)))
		if err == nil {
			return dir, nil
		}
		refusals = errors.Join(refusals, err)
	}
	return "", refusals
}

// Remove gives up a folder of this process.
func Remove(dir string) error {
	outer := filepath.Dir(dir)
	err := os.RemoveAll(dir)
	_ = os.Remove(filepath.Join(outer, "lock"))
	_ = os.Remove(outer) // empty, unless somebody took it over since the lock went
	return err
}

// hold locks a folder for this process; what is to be used is in it, and empty.
func hold(outer string) (string, error) {
	release, err := embedded.LockDir(outer)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(outer, "server")
	err = os.Chmod(outer, 0o711) // a server may have to run as another user
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		release()
		return "", err
	}
	mu.Lock()
	defer mu.Unlock()
	held = append(held, release)
	return dir, nil
}

// base is where the folders are.
func base() string {
	const writable = 2
	var disk syscall.Statfs_t
	if syscall.Access(memory, writable) == nil && syscall.Statfs(memory, &disk) == nil && disk.Bavail*uint64(disk.Bsize) >= room {
		return memory
	}
	return os.TempDir()
}

// sweep removes the folders that no process holds any more. A folder without a
// lock file has just been made, or is a stranger's.
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
