package embedded

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	objectStoreProgram = "socialdirect-objectstore"
	objectStoreEnv     = "SOCIALDIRECT_OBJECTSTORE"
	storeStopTimeout   = 3 * time.Second // then it is killed: completed writes are already on disk
)

// ObjectStore is a running S3 server with one account, on the loopback address.
type ObjectStore struct {
	child   *child
	stdin   *os.File // closing it stops the server
	address string
	keys    keyPair
}

type keyPair struct {
	Access string `json:"access_key"`
	Secret string `json:"secret_key"`
}

// StartObjectStore starts the program socialdirect-objectstore on dir, created if missing, and
// returns once it listens. The first start generates the key pair and stores it in dir. The
// program is found through the environment variable SOCIALDIRECT_OBJECTSTORE, beside this
// executable or, in a test, in the repository's bin folder.
func StartObjectStore(ctx context.Context, dir string) (*ObjectStore, error) {
	s, err := startObjectStore(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return s, nil
}

func startObjectStore(ctx context.Context, dir string) (*ObjectStore, error) {
	program, err := findObjectStore()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	keys, err := loadKeys(filepath.Join(dir, "keys.json"))
	if err != nil {
		return nil, err
	}
	s := &ObjectStore{keys: keys}
	stdout, err := s.launch(program, dir)
	if err != nil {
		return nil, err
	}
	defer stdout.Close()
	if err := s.handshake(ctx, stdout); err != nil {
		_ = s.Stop(ctx)
		return nil, fmt.Errorf("%w\n%s", err, tail(filepath.Join(dir, "objectstore.log")))
	}
	return s, nil
}

// launch starts the program and returns the reading end of its standard output.
func (s *ObjectStore) launch(program, dir string) (stdout *os.File, err error) {
	log, err := openLog(filepath.Join(dir, "objectstore.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	in, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	stdout, out, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(program, dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, log
	if s.child, err = startChild(cmd, syscall.SIGTERM); err != nil {
		stdin.Close()
		stdout.Close()
		return nil, err
	}
	s.stdin = stdin
	go func() { // keeps the pipe open, even if s is garbage-collected: closing it would stop the server
		<-s.child.done
		stdin.Close()
	}()
	return stdout, nil
}

// handshake sends the keys by standard input, where no process list shows them, and reads the
// address.
func (s *ObjectStore) handshake(ctx context.Context, stdout *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { stdout.Close() })()
	if err := json.NewEncoder(s.stdin).Encode(s.keys); err != nil {
		return fmt.Errorf("ended at once: %w", err)
	}
	var ready struct {
		Address string `json:"address"`
	}
	if err := json.NewDecoder(bufio.NewReader(stdout)).Decode(&ready); err != nil {
		return errors.Join(fmt.Errorf("did not become ready: %w", err), ctx.Err())
	}
	s.address = ready.Address
	return nil
}

// Endpoint is the server's address, "http://127.0.0.1:PORT".
func (s *ObjectStore) Endpoint() string { return "http://" + s.address }

// AccessKey is the account's name; it does not change.
func (s *ObjectStore) AccessKey() string { return s.keys.Access }

// SecretKey is the account's secret; it does not change.
func (s *ObjectStore) SecretKey() string { return s.keys.Secret }

// Done is closed when the server has ended, by Stop or by itself.
func (s *ObjectStore) Done() <-chan struct{} { return s.child.done }

// Stop lets the server finish its requests until ctx ends, for three seconds at most, and ends
// it.
func (s *ObjectStore) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeStopTimeout)
	defer cancel()
	return s.child.stop(stopStep{ctx, s.stdin.Close})
}

// loadKeys reads the key pair at path, or generates and stores one if the file is missing.
func loadKeys(path string) (keyPair, error) {
	var keys keyPair
	text, err := os.ReadFile(path)
	if err == nil {
		if err = json.Unmarshal(text, &keys); err == nil && keys.Access != "" && keys.Secret != "" {
			return keys, nil
		}
		return keys, fmt.Errorf("%s does not contain a key pair", path)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return keys, err
	}
	keys = keyPair{Access: "socialdirect", Secret: rand.Text() + rand.Text()}
	if text, err = json.Marshal(keys); err != nil {
		return keys, err
	}
	return keys, writeDurably(path, text)
}

// findObjectStore returns the path of the program.
func findObjectStore() (string, error) {
	if path := os.Getenv(objectStoreEnv); path != "" {
		return exec.LookPath(path)
	}
	var folders []string
	if self, err := os.Executable(); err == nil {
		if self, err = filepath.EvalSymlinks(self); err == nil {
			folders = append(folders, filepath.Dir(self))
		}
	}
	if root, found := repositoryRoot(); found {
		folders = append(folders, filepath.Join(root, "bin"))
	}
	for _, folder := range folders {
		if path, err := exec.LookPath(filepath.Join(folder, objectStoreProgram)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is in none of %q: run “make build”, or set %s to its path", objectStoreProgram, folders, objectStoreEnv)
}

// repositoryRoot is the folder with go.mod at or above the working directory.
func repositoryRoot() (string, bool) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, true
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return "", false
}
