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

	"socialdirect/internal/clocktest"
)

// inBrowsers runs a file of the Node tests in browsers/, which drive browsers that chromedp
// cannot, against the shared demonstration.
func inBrowsers(t *testing.T, file string) {
	t.Helper()
	usedBy(t, "browsers", "package-lock.json")
	d := demo(t)
	codes := httptest.NewServer(http.HandlerFunc(handCode))
	t.Cleanup(codes.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test-reporter=spec", filepath.Join("browsers", file))
	node.Env = append(os.Environ(), "SOCIALDIRECT_DEMO="+filepath.Join(d.dir, "demo.json"), "SOCIALDIRECT_CODES="+codes.URL,
		"SOCIALDIRECT_WEEK="+weekOf(clocktest.Now().AddDate(0, 0, 7*3)), "SOCIALDIRECT_FAR_WEEK="+weekOf(clocktest.Now().AddDate(0, 0, 7*10)))
	node.Cancel = func() error { return node.Process.Signal(syscall.SIGTERM) } // it ends its browsers
	node.WaitDelay = 10 * time.Second
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", errors.Join(ctx.Err(), err), out)
	}
	t.Logf("%s", out)
}

// handCode answers with an unused one-time code of the secret in the path, or with 503 while
// there is none.
func handCode(w http.ResponseWriter, r *http.Request) {
	code, err := unused(strings.TrimPrefix(r.URL.Path, "/"))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case code == "":
		http.Error(w, "all current codes were used", http.StatusServiceUnavailable)
	default:
		_, _ = io.WriteString(w, code) // the client may have disconnected
	}
}

// Writing as one types, hiding the page, signing, devices and interruptions, in mid-call. It holds the
// demonstration's call before another test changes it to the phone.
func TestR22_R26_InACallPeopleWriteHideSignChooseDevicesAndAreInterrupted(t *testing.T) {
	inBrowsers(t, "incall.test.mjs")
}

// An interpreter, invited by a link, in Firefox, with two people in Chromium.
func TestR24_AThirdPersonJoinsAfterConsentAndIsRemovedAtOnce(t *testing.T) {
	inBrowsers(t, "three.test.mjs")
}

// A call over a line that is slow, loses packets, or is cut. It takes seven minutes of real time,
// in which nothing else may need the processor: what a busy machine holds back looks like a line.
func TestR26_AWeakLineKeepsTheVoiceAndACutCallComesBack(t *testing.T) {
	if os.Getenv("SOCIALDIRECT_LINES") == "" {
		t.Skip("make test-lines runs it, on a quiet machine")
	}
	inBrowsers(t, "weak.test.mjs")
}

// Audio and video, verification words, reloads, interruptions and cameras, with Firefox on one
// side and on both; then what browsers without WebRTC are offered, including WebKit. Calls are
// held while no other test runs: on a busy machine the ladder rightly takes the picture away.
func TestR22_FirefoxAndChromiumTalkAndOthersAreOfferedThePhone(t *testing.T) {
	inBrowsers(t, "call.test.mjs")
}

// A whole test of a call in Firefox and in Chromium, with the relay as it is, and with a network
// that lets no UDP, or nothing, through to it.
func TestR27_ATestOfACallSaysWhetherItWillWork(t *testing.T) {
	inBrowsers(t, "test.test.mjs")
}

// From a connection code to an appointment with its messages, a document and its end; the
// worker's week, drawn; the main pages of every role.
func TestR12_R28_R41_TheWholePathRunsInFirefox(t *testing.T) {
	t.Parallel()
	inBrowsers(t, "path.test.mjs")
}

// The main pages of every role, and a booking.
func TestR12_ThePagesWorkInWebKit(t *testing.T) {
	t.Parallel()
	inBrowsers(t, "webkit.test.mjs")
}
