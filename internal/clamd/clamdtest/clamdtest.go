// Package clamdtest starts a real ClamAV daemon with one test signature, for tests that need a
// file to be detected as malware.
package clamdtest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"socialdirect/internal/clamd"
)

// Marker is what the daemon detects as malware anywhere in a file.
const Marker = "this-is-the-malware-of-the-tests"

// startTimeout is long: the daemon loads its signatures before it answers.
const startTimeout = 60 * time.Second

// Start runs a daemon until the end of the test and returns its address. It skips short tests.
func Start(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the scanner")
	}
	dir, err := os.MkdirTemp("", "clamd") // a short path: a unix socket's has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	configure(t, dir, socket)
	var output bytes.Buffer
	cmd := exec.Command(program(t), "--config-file", filepath.Join(dir, "clamd.conf"))
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range ended { // until it has ended
		}
	})
	await(t, socket, ended, &output)
	return socket
}

func configure(t *testing.T, dir, socket string) {
	t.Helper()
	signatures := filepath.Join(dir, "signatures")
	if err := os.Mkdir(signatures, 0o700); err != nil {
		t.Fatal(err)
	}
	signature := fmt.Sprintf("Tests.Marker:0:*:%s\n", hex.EncodeToString([]byte(Marker)))
	config := fmt.Sprintf(`Foreground yes
LocalSocket %s
DatabaseDirectory %s
TemporaryDirectory %s
StreamMaxLength 100M
MaxFileSize 100M
MaxScanSize 400M
MaxThreads 2
SelfCheck 0
`, socket, signatures, dir)
	for path, content := range map[string]string{
		filepath.Join(signatures, "tests.ndb"): signature,
		filepath.Join(dir, "clamd.conf"):       config,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func program(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("clamd"); err == nil {
		return path
	}
	const debian = "/usr/sbin/clamd" // not in an ordinary user's PATH
	if _, err := os.Stat(debian); err != nil {
		t.Fatal("clamd is not installed (package clamav-daemon on Debian and Ubuntu)")
	}
	return debian
}

func await(t *testing.T, address string, ended <-chan error, output *bytes.Buffer) {
	t.Helper()
	client, deadline := clamd.New(address), time.Now().Add(startTimeout)
	for {
		err := client.Ping(t.Context())
		if err == nil {
			return
		}
		select {
		case end := <-ended:
			t.Fatalf("clamd ended: %v\n%s", end, output)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("clamd does not answer: %v", err)
		}
	}
}
