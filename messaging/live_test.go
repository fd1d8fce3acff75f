package messaging_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium opens a real browser in which Zoé is signed in.
func (s *site) chromium(t *testing.T) context.Context {
	t.Helper()
	dir, err := os.MkdirTemp("", "browser-")
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.NoSandbox, chromedp.UserDataDir(dir), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-background-networking", true))
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, endBrowser := chromedp.NewContext(allocated)
	t.Cleanup(func() { endBrowser(); endAllocator(); _ = os.RemoveAll(dir) })
	ctx, cancel := context.WithTimeout(browser, time.Minute)
	t.Cleanup(cancel)
	s.browse(t, ctx, chromedp.Navigate(s.URL+"/static/messages.js")) // a page of this origin, where the cookie is set
	s.evaluate(t, ctx, `document.cookie = "as=Zo; path=/"; ""`)
	return ctx
}

func (s *site) browse(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func (s *site) evaluate(t *testing.T, ctx context.Context, script string) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// await evaluates script until it yields want.
func (s *site) await(t *testing.T, ctx context.Context, script, want string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := s.evaluate(t, ctx, script)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s yields %q, want %q", script, got, want)
		}
	}
}

const shownMessages = `[...document.querySelectorAll(".message-body")].map(m => m.textContent).join("|")`

func TestR28_AnOpenConversationShowsWhatArrivesAndKeepsWhatIsTyped(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	s := newSite(t, nil)
	s.mustSend(t, s.zoe, "un")
	ctx := s.chromium(t)
	s.browse(t, ctx, chromedp.Navigate(s.URL+"/messages/"+s.conversation.String()))
	s.evaluate(t, ctx, `document.querySelector("#body").value = "une phrase commencée"; window.same = true; ""`)
	s.listening(t)

	s.mustSend(t, s.nadia, "deux", pdfFile("réponse.pdf", 1000))
	s.await(t, ctx, shownMessages, "un|deux")
	s.mustSend(t, s.nadia, "trois")
	s.await(t, ctx, shownMessages, "un|deux|trois")
	if got := s.evaluate(t, ctx, `document.querySelector("#body").value + " " + window.same`); got != "une phrase commencée true" {
		t.Errorf("the field contains %q", got)
	}
	if got := s.evaluate(t, ctx, `document.querySelector(".attachment").textContent`); !strings.Contains(got, "réponse.pdf") {
		t.Errorf("the attachment reads %q", got)
	}
	if got := s.evaluate(t, ctx, `document.querySelector("[data-announce]").textContent`); !strings.Contains(got, "nouveau") {
		t.Errorf("screen readers hear %q", got)
	}
	list, err := s.messages.Conversations(t.Context(), s.zoe)
	if err != nil || list[0].Unread != 0 {
		t.Errorf("%+v, %v: what is on screen counts as unread", list, err)
	}
}

func TestR28_AnOpenListShowsWhatArrives(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	t.Parallel()
	s := newSite(t, nil)
	ctx := s.chromium(t)
	s.browse(t, ctx, chromedp.Navigate(s.URL+"/messages"))
	s.listening(t)
	s.mustSend(t, s.nadia, "bonjour")
	s.await(t, ctx, `document.querySelector(".conversation .tag")?.textContent ?? ""`, "1 nouveau")
}

// listening waits until the open page's socket listens.
func (s *site) listening(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); s.sockets.Load() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the page does not listen")
		}
	}
}
