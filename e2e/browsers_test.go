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

// A third person's way into a call: invited, and asked for at booking and found by the
// switchboard. It needs the demonstration's call before another test changes it to the phone.
func TestR24_ThePagesOfGuestsAreAccessibleAtEveryWidth(t *testing.T) {
	d := demo(t)
	browser := sharedBrowser(t)
	zoe := sit(t, browser, d.URL, smallPhone, true)
	zoe.signIn(d.account(t, "beneficiary"), "Avec qui voulez-vous parler")
	zoe.look(zoe.call() + "/invitation")
	zoe.press("Créer le lien", "Indiquez le nom de la personne")
	zoe.checkEveryWidth()
	zoe.fill("name", "Paul Vidal")
	zoe.tick(`[name="kind"][value="relative"]`)
	zoe.press("Créer le lien", "Le lien, une seule fois")
	zoe.checkEveryWidth()
	guest := sit(t, browser, d.URL, smallPhone, true)
	guest.look(zoe.newLink())
	guest.press("Entrer", "Avant d’entrer")
	guest.checkEveryWidth()
	zoe.press("Retirer Paul Vidal", "le lien ne fonctionne plus")
	guest.lookRefused("/appel/invite", http.StatusGone)

	zoe.open("/assistants")
	coming := zoe.ask(strings.Split(zoe.href(`.sheet a[href^="/assistants/"]`), "?")[0], "Réserver ce rendez-vous", "C’est réservé")
	zoe.look(coming + "/besoins")
	zoe.fill("interpreter", "tigrigna")
	zoe.press("Enregistrer", "Nous cherchons quelqu’un")
	zoe.checkEveryWidth()
	operator := sit(t, browser, d.URL, desktop, true)
	operator.signIn(d.account(t, "switchboard"), "Chercher un compte")
	operator.look("/standard/interpretes")
	operator.press("Trouvé", "Faire le lien d’entrée")
	operator.checkEveryWidth()
	operator.look(operator.href(`main a[href$="/invitation"]`))
	operator.fill("name", "Lin Marchand")
	operator.press("Créer le lien", "Le lien, une seule fois")
	operator.checkEveryWidth()
	guest.look(operator.newLink())
	guest.sees("L’appel n’est pas encore ouvert")
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
