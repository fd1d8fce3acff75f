package bench

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startLimit is how long the demonstration may take to become ready; stopLimit is how long it
// may take to stop.
const (
	startLimit = 5 * time.Second
	stopLimit  = 10 * time.Second
)

func BenchmarkDemoStart(b *testing.B) {
	dir := b.TempDir()
	ok(b, os.Chmod(filepath.Dir(dir), 0o711)) // its PostgreSQL may run as another user
	ok(b, os.Chmod(dir, 0o711))
	first := startDemo(b, dir)
	var again sample
	rounds(b, least, func() { again = append(again, startDemo(b, dir)) })
	b.ReportMetric(first, "s/first")
	b.ReportMetric(again.median(), "s/second")
	b.ReportMetric(again.median()/startLimit.Seconds(), "ratio_to_limit")
	b.Logf("demo ready after %.2f s on its first run; later: limit %.1f s, measured %v s", first, startLimit.Seconds(), again)
}

// startDemo runs the demonstration until it is ready and answers, stops it, and returns the
// seconds until it was ready.
func startDemo(b testing.TB, dir string) float64 {
	b.Helper()
	cmd := exec.Command("../bin/socialdirect", "demo", "--addr", "127.0.0.1:0", "--data", dir)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	output, err := cmd.StdoutPipe()
	ok(b, err)
	began := time.Now()
	ok(b, cmd.Start())
	guard := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	lines := bufio.NewScanner(output)
	address := readyAddress(lines)
	seconds := time.Since(began).Seconds()
	if address != "" {
		answers(b, address)
	}
	stopDemo(b, cmd, lines)
	if address == "" || problems.Len() > 0 {
		b.Errorf("the demonstration did not run well:\n%s", problems.String())
	}
	return seconds
}

// readyAddress reads until the line with the address; empty if there is none.
func readyAddress(lines *bufio.Scanner) string {
	for lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, "Ready in ") {
			return line[strings.Index(line, "http"):]
		}
	}
	return ""
}

func answers(b testing.TB, address string) {
	b.Helper()
	answer, err := http.Get(address + "/readyz")
	ok(b, err)
	drained(b, answer.Body)
	if answer.StatusCode != http.StatusOK {
		b.Errorf("ready, yet /readyz answers %d", answer.StatusCode)
	}
}

func stopDemo(b testing.TB, cmd *exec.Cmd, lines *bufio.Scanner) {
	b.Helper()
	asked := time.Now()
	ok(b, cmd.Process.Signal(syscall.SIGINT))
	for lines.Scan() { // until it closes its output
	}
	if err := cmd.Wait(); err != nil {
		b.Errorf("did not stop cleanly: %v", err)
	}
	if took := time.Since(asked); took > stopLimit {
		b.Errorf("stopped after %v", took)
	}
}
