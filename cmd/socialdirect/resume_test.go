package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/bearer"
)

// endSession ends the visitor's session as idle, and leaves its cookie in the browser.
func (v *visitor) endSession() {
	v.t.Helper()
	token := ""
	base, err := url.Parse(v.w.server.URL)
	ok(v.t, err)
	for _, c := range v.http.Jar.Cookies(base) {
		if c.Name == "session" {
			token = c.Value
		}
	}
	tag, err := v.w.platform.db.Pool.Exec(v.t.Context(), `update sessions set seen_at = seen_at - interval '9 hours', expires_at = expires_at - interval '23 hours' where id_hash = $1`, bearer.Hash(token))
	ok(v.t, err)
	if tag.RowsAffected() != 1 {
		v.t.Fatal("there is no session to end")
	}
}

func TestR12_ABookingSentAfterTheSessionEndedIsShownFilledInAndNotMade(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.signedUp(t)
	worker, at := v.freeSlot()
	v.endSession()

	a := v.want("book", v.book(worker, at, "note", "Le bail s’arrête en mars."), http.StatusSeeOther)
	if a.location() != "/connexion?suite=%2Freprise" {
		t.Fatalf("leads to %q", a.location())
	}
	if page := v.get(a.location()); !strings.Contains(page.body, "vous retrouverez ce que vous avez écrit") {
		t.Errorf("nothing says that the form is kept: %s", main_(page.body))
	}
	if a := v.signIn(email, "/reprise"); a.location() != "/reprise" {
		t.Fatalf("leads to %q", a.location())
	}
	for range 2 { // a reload shows it again
		page := v.want("what was typed", v.get("/reprise"), http.StatusOK)
		for _, said := range []string{"Le bail s’arrête en mars.", `value="` + at + `"`, "Rien n’est encore envoyé"} {
			if !strings.Contains(page.body, said) {
				t.Errorf("%q is missing: %s", said, main_(page.body))
			}
		}
		if !regexp.MustCompile(`value="disability"[^>]*(checked|selected)`).MatchString(page.body) {
			t.Errorf("the reason is lost: %s", main_(page.body))
		}
	}
	if list := v.get("/rendez-vous"); strings.Contains(list.body, `data-status="confirmed"`) {
		t.Error("the appointment was made without the person")
	}
	v.want("book now", v.book(worker, at), http.StatusSeeOther)
}

func TestR28_AMessageSentAfterTheSessionEndedIsShownFilledInAndNotSent(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.signedUp(t)
	worker, at := v.freeSlot()
	v.want("book", v.book(worker, at), http.StatusSeeOther)
	found := regexp.MustCompile(`/messages/[0-9a-f-]{36}`).FindString(v.get("/messages").body)
	if found == "" {
		t.Fatal("no conversation")
	}
	v.endSession()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	ok(t, form.WriteField("body", "Voici ma facture, bien à vous."))
	file, err := form.CreateFormFile("documents", "facture.pdf")
	ok(t, err)
	_, err = file.Write(bytes.Repeat([]byte("x"), 100_000))
	ok(t, err)
	ok(t, form.Close())
	a := v.want("send", v.postBody(found, form.FormDataContentType(), &body), http.StatusSeeOther)
	if a.location() != "/connexion?suite=%2Freprise" {
		t.Fatalf("leads to %q", a.location())
	}
	v.signIn(email, "/reprise")
	page := v.want("what was typed", v.get("/reprise"), http.StatusOK)
	if !strings.Contains(page.body, "Voici ma facture, bien à vous.</textarea>") {
		t.Errorf("the text is lost: %s", main_(page.body))
	}
	if thread := v.get(found); strings.Contains(thread.body, "Voici ma facture") {
		t.Error("the message was sent without the person")
	}
}

func TestR12_AKeptFormIsShownToItsOwnerAlone(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, _ := w.signedUp(t)
	_, other := w.signedUp(t)
	worker, at := v.freeSlot()
	v.endSession()
	v.want("book", v.book(worker, at, "note", "Cela ne regarde que moi."), http.StatusSeeOther)
	v.signIn(other, "/reprise")
	if a := v.want("another person on the same computer", v.get("/reprise"), http.StatusSeeOther); a.location() != "/assistants" {
		t.Errorf("leads to %q", a.location())
	}
}

// A browser that was signed out on purpose keeps nothing, and says so.
func TestR12_AFormOfASignedOutBrowserIsLostAndTheNextPageSaysSo(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, _ := w.signedUp(t)
	worker, at := v.freeSlot()
	v.want("sign out", v.post("/deconnexion"), http.StatusSeeOther)
	if a := v.want("book", v.book(worker, at), http.StatusSeeOther); a.location() != "/connexion" {
		t.Errorf("leads to %q", a.location())
	}
	if page := v.get("/connexion"); !strings.Contains(page.body, "rien n’a été envoyé") {
		t.Errorf("nothing says that the form is lost: %s", main_(page.body))
	}
}

func TestR12_APasswordIsNotKept(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.signedUp(t)
	v.endSession()
	v.want("change the password", v.post("/profil/securite/mot-de-passe", "current_password", demoPassword, "password", "Une-Autre-1980!"), http.StatusSeeOther)
	v.signIn(email, "/reprise")
	page := v.want("the form", v.get("/reprise"), http.StatusOK)
	if strings.Contains(page.body, "Une-Autre") || strings.Contains(page.body, demoPassword) {
		t.Error("a password was kept")
	}
	w.visitor(t).signIn(email, "") // with the password of before
}

// A page that empties itself has the server keep what was typed, by a request that cannot carry
// it out, and asking when the session ends does not extend it.
func TestR12_APageKnowsWhenItsSessionEndsAndHasWhatWasTypedKept(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.signedUp(t)
	worker, at := v.freeSlot()
	if a := v.want("an open session", v.get("/session"), http.StatusOK); !strings.HasPrefix(a.body, `{"ends_in":`) || a.body == `{"ends_in":0}` {
		t.Errorf("answers %q", a.body)
	}
	v.want("no session", w.visitor(t).get("/session"), http.StatusUnauthorized)
	typed := []string{"social_worker_id", worker, "starts_at", at, "mode", "video", "reason", "disability", "note", "Je tapais encore."}
	v.want("kept during the session", v.post("/reprise?path=/rendez-vous", typed...), http.StatusNoContent)
	v.endSession()
	v.want("an ended session", v.get("/session"), http.StatusUnauthorized)
	v.want("kept after the session", v.post("/reprise?path=/rendez-vous", typed...), http.StatusNoContent)
	v.want("a stranger", w.visitor(t).post("/reprise?path=/rendez-vous", typed...), http.StatusNotFound)
	v.signIn(email, "/reprise")
	if page := v.want("what was typed", v.get("/reprise"), http.StatusOK); !strings.Contains(page.body, "Je tapais encore.") {
		t.Errorf("it is lost: %s", main_(page.body))
	}
	if list := v.get("/rendez-vous"); strings.Contains(list.body, "data-status") {
		t.Error("it was carried out")
	}
}
