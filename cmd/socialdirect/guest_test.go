package main

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// guestLink finds the link of an invitation in a mail or on a page.
var guestLink = regexp.MustCompile(`/appel/invite\?token=([\w-]{43})`)

func tokenOfGuest(t *testing.T, text string) string {
	t.Helper()
	found := guestLink.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link in %s", text)
	}
	return found[1]
}

func TestR24_ALinkThatIsMailedOpensTheCallOnceAndSaysNothingElse(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	zoe := w.newcomer(t)
	worker := w.worker(t, "nolwenn")
	call := "/rendez-vous/" + w.callWith(t, zoe, worker.whoIs().ID) + "/appel/invitation"
	to := "lin.mailed@interpretes.example"

	stranger := w.newcomer(t)
	stranger.want("a stranger", stranger.post(call, "name", "Lin", "kind", "interpreter", "email", to), http.StatusNotFound)
	if a := zoe.want("half an address", zoe.post(call, "name", "Lin", "kind", "interpreter", "email", "lin@"), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="email-error"`) {
		t.Errorf("no message beside the address: %s", main_(a.body))
	}
	zoe.want("invite", zoe.post(call, "name", "Lin Marchand", "kind", "interpreter", "email", to), http.StatusSeeOther)
	page := html.UnescapeString(zoe.want("the link", zoe.get(call), http.StatusOK).body)
	mail := w.mailTo(t, to, "/appel/invite?token=")
	token := tokenOfGuest(t, mail.Text)
	if token != tokenOfGuest(t, page) || !strings.Contains(page, "le lien part par e-mail") {
		t.Errorf("the page: %s", main_(page))
	}
	for _, secret := range []string{"Lin", "Zoé", "Vidal", "Nolwenn", "nolwenn", "nterpr", "ssistant"} {
		if strings.Contains(mail.Subject+mail.Text, secret) {
			t.Errorf("the mail says %q: %s", secret, mail.Text)
		}
	}
	w.eventually(t, "the address is forgotten", func() bool {
		kept := 0
		ok(t, w.platform.db.Pool.QueryRow(t.Context(), `select count(*) from call_invitations where sealed_mail is not null`).Scan(&kept))
		return kept == 0
	})

	lin := w.visitor(t)
	for range 2 { // a program that looks at links uses nothing up
		lin.want("the page of the link", lin.get("/appel/invite?token="+token), http.StatusOK)
	}
	zoe.want("one's own link", zoe.get("/appel/invite?token="+token), http.StatusForbidden)
	for _, own := range []*visitor{zoe, worker} {
		own.want("one's own link, pressed", own.post("/appel/invite", "token", token), http.StatusForbidden)
	}
	lin.want("enter", lin.post("/appel/invite", "token", token), http.StatusSeeOther)
	lin.want("the call", lin.get("/appel/invite"), http.StatusOK)
	other := w.visitor(t)
	other.want("a used link", other.get("/appel/invite?token="+token), http.StatusGone)
	other.want("a used link", other.post("/appel/invite", "token", token), http.StatusGone)
	other.want("another browser", other.get("/appel/invite"), http.StatusGone)
	lin.want("a reload", lin.get("/appel/invite"), http.StatusOK)
}
