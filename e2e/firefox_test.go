package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inBrowsers runs a file of the Node tests in browsers/, which drive what chromedp
// cannot, against the shared demonstration.
func inBrowsers(t *testing.T, file string) {
	t.Helper()
	t.Parallel()
	d := demo(t)
	codes := httptest.NewServer(http.HandlerFunc(handCode))
	t.Cleanup(codes.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test-reporter=spec", filepath.Join("browsers", file))
	node.Env = append(os.Environ(), "SOCIALDIRECT_DEMO="+filepath.Join(d.dir, "demo.json"), "SOCIALDIRECT_CODES="+codes.URL)
	node.Cancel = func() error { return node.Process.Signal(syscall.SIGTERM) } // it ends its browsers
	node.WaitDelay = 10 * time.Second
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", errors.Join(ctx.Err(), err), out)
	}
	t.Logf("%s", out)
}

// handCode answers a one-time code of the secret that the path names, 503 while each
// was used.
func handCode(w http.ResponseWriter, r *http.Request) {
	code, err := unused(strings.TrimPrefix(r.URL.Path, "/"))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case code == "":
		http.Error(w, "each code of now was used", http.StatusServiceUnavailable)
	default:
		_, _ = io.WriteString(w, code) // who went away wants none
	}
}

// Pictures, words, reloads, cuts and cameras, with Firefox on either side and on both;
// then what browsers that cannot call are offered, WebKit among them.
func TestR22_FirefoxAndChromiumTalkAndWhoCannotIsOfferedThePhone(t *testing.T) {
	inBrowsers(t, "call.test.mjs")
}
