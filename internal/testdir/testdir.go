// Package testdir gives the servers that tests start a folder that outlives a
// single test, yet not for long: a test binary has no hook to run at its end, so
// what it leaves is removed by the next one.
package testdir

import (
	"os"
	"path/filepath"
	"sync"

	"socialdirect/internal/embedded"
)

const prefix = "socialdirect-test-"

// held keeps the folders of this process locked until it ends.
var (
	mu   sync.Mutex
	held []func()
)

// New makes a folder for this process, and removes those of processes that have
// ended.
func New(purpose string) (string, error) {
	sweep()
	dir, err := os.MkdirTemp("", prefix+purpose+"-*")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // a server may have to run as another user
		return "", err
	}
	release, err := embedded.LockDir(dir)
	if err != nil {
		return "", err
	}
	mu.Lock()
	defer mu.Unlock()
	held = append(held, release)
	return filepath.Join(dir, "server"), nil
}

// sweep removes the folders that no process holds any more. A folder without a
// lock file has just been made, or is a stranger's.
func sweep() {
	locks, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*", "lock"))
	for _, lock := range locks {
		dir := filepath.Dir(lock)
		release, err := embedded.LockDir(dir)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(dir)
		release()
	}
}
