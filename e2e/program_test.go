// Package e2e tests the product as people use it: the built program, real browsers, real mail.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
)

// root is the folder of the repository.
var root = func() string {
	dir, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return dir
}()

// static is the program as it is shipped, built by make beside the object store that the
// demonstration needs.
var static = filepath.Join(root, "bin", "socialdirect")

// racing builds the program with the race detector, once.
var racing = sync.OnceValues(func() (string, error) {
	path := filepath.Join(shared, "socialdirect")
	build := exec.Command("go", "build", "-race", "-o", path, "./cmd/socialdirect")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// shared is a folder for this run, for what must outlive one test.
var shared string

func TestMain(m *testing.M) {
	var err error
	if shared, err = os.MkdirTemp("", "socialdirect-e2e-"); err != nil {
		panic(err)
	}
	status := m.Run()
	if theDemo != nil {
		if err := theDemo.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the demonstration did not stop well:", err)
			status = 1
		}
	}
	closeBrowser()
	_ = os.RemoveAll(shared) // best effort: the next run uses another folder
	os.Exit(status)
}

// usedBy reads the files that another program reads in this test, so that Go's test cache
// depends on them.
func usedBy(t *testing.T, paths ...string) {
	t.Helper()
	for _, top := range paths {
		err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// program is a running socialdirect.
type program struct {
	cmd    *exec.Cmd
	output *lines
	ended  chan error
}

// lines collects the output of a program, for concurrent readers.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// launch starts a program; it ends with the test binary at the latest.
func launch(path string, env []string, args ...string) (*program, error) {
	p := &program{cmd: exec.Command(path, args...), output: &lines{}, ended: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), "SOCIALDIRECT_OBJECTSTORE="+filepath.Join(root, "bin", "socialdirect-objectstore"))
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// stop interrupts the program as Ctrl-C does and waits for its exit status.
func (p *program) stop() error {
	_ = p.cmd.Process.Signal(os.Interrupt) // it may already have ended
	return p.wait(20 * time.Second)
}

func (p *program) wait(limit time.Duration) error {
	select {
	case err := <-p.ended:
		p.ended <- err
		if strings.Contains(p.output.String(), "DATA RACE") {
			return fmt.Errorf("a data race:\n%s", p.output)
		}
		return err
	case <-time.After(limit):
		_ = p.cmd.Process.Kill() // it has exceeded its time
		return fmt.Errorf("still running after %s:\n%s", limit, p.output)
	}
}

// demonstration is a running demo, as demo.json describes it.
type demonstration struct {
	*program
	dir            string
	URL            string `json:"url"`
	ConnectionCode string `json:"connection_code"`
	Accounts       []account
	MailDir        string `json:"mail_dir"`
	SMSDir         string `json:"sms_dir"`
	PostgresURL    string `json:"postgres_url"`
	TURNURL        string `json:"turn_url"`
}

type account struct {
	Role       string
	Email      string
	Password   string
	TOTPSecret string `json:"totp_secret"`
}

func (d *demonstration) account(t *testing.T, role string) account {
	t.Helper()
	for _, a := range d.Accounts {
		if a.Role == role {
			return a
		}
	}
	t.Fatalf("the demo has no %s", role)
	return account{}
}

// person returns the account whose address has that prefix.
func (d *demonstration) person(t *testing.T, address string) account {
	t.Helper()
	for _, a := range d.Accounts {
		if strings.HasPrefix(a.Email, address) {
			return a
		}
	}
	t.Fatalf("the demo has no %s", address)
	return account{}
}

// startDemo starts a demo in dir with this run's clock, and waits until it is ready.
func startDemo(path, dir, addr string) (*demonstration, error) {
	return startDemoAt(path, dir, addr, clocktest.Now())
}

func startDemoAt(path, dir, addr string, now time.Time) (*demonstration, error) {
	return startDemoWith(nil, path, dir, addr, now)
}

// startDemoWith starts a demo with further variables in its environment.
func startDemoWith(env []string, path, dir, addr string, now time.Time) (*demonstration, error) {
	_ = os.Remove(filepath.Join(dir, "demo.json")) // the program writes it once ready
	p, err := launch(path, env, "demo", "--addr", addr, "--data", dir, "--now", now.Format(time.RFC3339Nano))
	if err != nil {
		return nil, err
	}
	d := &demonstration{program: p, dir: dir}
	deadline := time.Now().Add(3 * time.Minute) // the machine may be busy with other tests
	for time.Now().Before(deadline) {
		select {
		case err := <-p.ended:
			return nil, fmt.Errorf("the demo ended: %v\n%s", err, p.output)
		case <-time.After(20 * time.Millisecond):
		}
		content, err := os.ReadFile(filepath.Join(dir, "demo.json"))
		if err == nil && strings.Contains(p.output.String(), "Ready in") {
			return d, json.Unmarshal(content, d)
		}
	}
	_ = p.cmd.Process.Kill() // it has exceeded its time
	return nil, fmt.Errorf("the demo is not ready:\n%s", p.output)
}

var (
	theDemo  *demonstration
	demoOnce = sync.OnceValues(func() (*demonstration, error) {
		path, err := racing()
		if err != nil {
			return nil, err
		}
		theDemo, err = startDemo(path, filepath.Join(shared, "demo"), "127.0.0.1:0")
		return theDemo, err
	})
)

// demo returns the demonstration that the tests share.
func demo(t *testing.T) *demonstration {
	t.Helper()
	d, err := demoOnce()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// triedPorts counts the ports that freePort has tried.
var triedPorts atomic.Int32

// freePort returns an unused port that nothing else gets by chance before it is used: it is
// below the range from which Linux takes ports for port 0 and for connections
// (ip_local_port_range, from 32768 on), and is returned only once.
func freePort(t *testing.T) string {
	t.Helper()
	const first, count = 20_000, 10_000
	for range 100 {
		port := strconv.Itoa(first + (os.Getpid()*100+int(triedPorts.Add(1)))%count)
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// await polls until ready returns true.
func await(t *testing.T, what string, limit time.Duration, ready func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ready() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, limit)
		}
		time.Sleep(25 * time.Millisecond)
	}
}

func get(url string) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	_, err = bufio.NewReader(answer.Body).WriteTo(&text)
	return answer.StatusCode, text.String(), err
}
