// Command record records the films of the page « Comment ça marche »: it starts a demo, acts
// as a person in a real browser of a phone's size, and writes into web/static/videos each film
// as MP4 and WebM, its first picture, and its captions, from which the page also takes the
// transcript. No real people appear: the people are the demo's, and the faces of the call are
// drawn.
//
// It runs from the root of the repository, by make videos.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	program    = "bin/socialdirect"
	folder     = "web/static/videos"
	startLimit = 2 * time.Minute
	filmLimit  = 5 * time.Minute
)

func main() {
	if err := record(); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func record() error {
	work, err := os.MkdirTemp("", "record-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	demo, err := startDemo(filepath.Join(work, "data"))
	if err != nil {
		return err
	}
	defer demo.stop()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range films {
		if err := shoot(f, demo, filepath.Join(work, f.name)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// shoot records one film and writes its files.
func shoot(f film, demo *demonstration, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), filmLimit)
	defer cancel()
	d, err := newDirector(ctx, demo, dir)
	if err != nil {
		return err
	}
	defer d.close()
	d.card(f.title, "Social Direct")
	d.hold(2500 * time.Millisecond)
	f.play(d)
	if d.err != nil {
		return d.err
	}
	return d.cut(ctx, filepath.Join(folder, f.name))
}

// demonstration is a running demo, with the people who can sign in.
type demonstration struct {
	process  *exec.Cmd
	URL      string    `json:"url"`
	Accounts []account `json:"accounts"`
}

type account struct {
	Role       string `json:"role"`
	Email      string `json:"email"`
	Password   string `json:"password"`
	TOTPSecret string `json:"totp_secret"`
}

// startDemo starts a demo in dir and waits until it is ready.
func startDemo(dir string) (*demonstration, error) {
	d := &demonstration{process: exec.Command(program, "demo", "--addr", "127.0.0.1:0", "--data", dir)}
	d.process.Stderr = os.Stderr
	if err := d.process.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if content, err := os.ReadFile(filepath.Join(dir, "demo.json")); err == nil {
			return d, json.Unmarshal(content, d)
		}
	}
	d.stop()
	return nil, fmt.Errorf("the demo was not ready after %v", startLimit)
}

func (d *demonstration) stop() {
	_ = d.process.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = d.process.Wait()
}

// who returns the demo's person whose address has that prefix.
func (d *demonstration) who(name string) account {
	for _, a := range d.Accounts {
		if strings.HasPrefix(a.Email, name) {
			return a
		}
	}
	return account{}
}
