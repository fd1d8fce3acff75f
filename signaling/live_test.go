package signaling_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/viewer"

	"github.com/chromedp/chromedp"
)

// chromium opens v's call page in a real browser with a fake camera.
func (w *world) chromium(t *testing.T, v *viewer.Viewer) context.Context {
	t.Helper()
	dir, err := os.MkdirTemp("", "browser-")
	must(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.NoSandbox, chromedp.UserDataDir(dir), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("allow-loopback-in-peer-connection", true))
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, endBrowser := chromedp.NewContext(allocated)
	t.Cleanup(func() { endBrowser(); endAllocator(); _ = os.RemoveAll(dir) })
	ctx, cancel := context.WithTimeout(browser, 2*time.Minute)
	t.Cleanup(cancel)
	must(t, chromedp.Do(ctx, chromedp.Navigate(w.server.URL+"/static/call/main.js"))) // a page of this origin, where the cookie is set
	evaluate(t, ctx, `document.cookie = "viewer=`+v.ID.String()+`; path=/"; ""`)
	must(t, chromedp.Do(ctx, chromedp.Navigate(w.server.URL+"/rendez-vous/"+w.appointment.ID.String()+"/appel")))
	return ctx
}

func evaluate(t *testing.T, ctx context.Context, script string) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	must(t, err)
	return text
}

// relayUser is the user with whom the page's connection allocates ports.
const relayUser = `document.getElementById("call").peerConnection?.getConfiguration().iceServers[0].username ?? ""`

// A browser that loses its connection after ten minutes must be able to reconnect.
func TestR44_BrowsersUseRenewedCredentials(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	w := newWorld(t)
	for name, v := range map[string]*viewer.Viewer{"inside": w.nadia, "waiting": w.zoe} {
		t.Run(name, func(t *testing.T) {
			ctx := w.chromium(t, v)
			var before string
			eventually(t, name+": a connection", func() bool {
				before = evaluate(t, ctx, relayUser)
				return before != ""
			})
			must(t, chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#go")), chromedp.Click(chromedp.CSS("#go"))))
			eventually(t, name+": a socket", func() bool {
				return strings.Contains(evaluate(t, ctx, `document.body.innerText`), map[string]string{"inside": "Vous êtes dans l’appel", "waiting": "salle d’attente"}[name])
			})
			eventually(t, name+": ports at the relay", func() bool { return w.relay.OpenPorts() > 0 })
			w.SetNow(w.DB.Now().Add(6 * time.Minute))
			eventually(t, name+": renewed credentials", func() bool {
				now := evaluate(t, ctx, relayUser)
				return now != before && now != ""
			})
		})
	}
}
