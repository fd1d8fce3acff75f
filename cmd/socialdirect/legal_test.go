package main

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"
)

// ownWorld starts a platform for one test, because a new version of a text concerns everybody
// on it.
func ownWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	t.Cleanup(func() {
		w.server.Close()
		ok(t, w.stop())
		ok(t, os.RemoveAll(w.dir))
	})
	return w
}

const textsPath = "/administration/textes/conditions"

// publish publishes a new version of the terms through the administration's pages, from the
// draft on.
func (v *visitor) publish(markdown, changes string) {
	v.t.Helper()
	editor := v.want("the editor", v.get(textsPath), http.StatusOK)
	revision := regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(editor.body)[1]
	a := v.want("save", v.post(textsPath, "markdown", markdown, "changes", changes, "revision", revision), http.StatusSeeOther)
	preview := v.want("the preview", v.get(a.location()), http.StatusOK)
	revision = regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(preview.body)[1]
	v.want("publish", v.post(textsPath+"/publication", "when", "now", "revision", revision), http.StatusSeeOther)
}

func TestR33_BeforeAcceptanceOnlyGuaranteedRightsAreOpen(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	people := map[viewer.Role]*visitor{
		viewer.Beneficiary: w.newcomer(t), viewer.SocialWorker: w.staffMember(t, viewer.SocialWorker), viewer.Administrator: w.staffMember(t, viewer.Administrator),
	}
	zoe := people[viewer.Beneficiary]
	worker, at := zoe.freeSlot()
	appointment := zoe.want("book", zoe.book(worker, at), http.StatusSeeOther).location()
	people[viewer.Administrator].publish("## Les nouvelles conditions", "Le standard ferme à 18 h.")

	closed := 0
	for _, r := range w.platform.server.Table() {
		path := strings.NewReplacer("{$}", "", "{id}", "00000000-0000-4000-8000-000000000000", "{slug}", "nobody", "{version}", "none", "{kind}", "conditions", "{code}", "00000000-0000-4000-8000-000000000000").Replace(r.Path)
		for role, v := range people {
			if r.Path == "/deconnexion" {
				continue // tried below
			}
			a := v.open(r.Method, path)
			walled := a.status == http.StatusSeeOther && strings.HasPrefix(a.location(), "/acceptation")
			switch {
			case r.Key: // a session opens nothing there
				v.want(string(role)+" "+path, a, http.StatusUnauthorized)
			case !r.Allows(role):
				v.want(string(role)+" "+path, a, http.StatusForbidden)
			case r.Open && r.Socket:
				if status := v.dial(path, w.server.URL); status != http.StatusSwitchingProtocols && status != http.StatusGone { // an invitation of nobody
					t.Errorf("%s %s is closed to them: %d", role, path, status)
				}
			case r.Pending:
				if walled || a.status == http.StatusForbidden || a.status >= 500 {
					t.Errorf("%s %s %s is closed to them: %d to %q", role, r.Method, path, a.status, a.location())
				}
			case (r.Socket || r.Script) && !role.Staff():
				if v.want(string(role)+" "+path, a, http.StatusForbidden); strings.Contains(a.body, "<") {
					t.Errorf("%s is no page but is answered with one", path)
				}
				closed++
			case role.Staff():
				if walled {
					t.Errorf("%s %s asks staff, who are not party to the terms", r.Method, path)
				}
			case !walled:
				t.Errorf("%s %s %s: %d to %q, not asked to accept", role, r.Method, path, a.status, a.location())
			default:
				if r.Method == http.MethodGet && a.location() != "/acceptation?suite="+strings.NewReplacer("/", "%2F").Replace(path) {
					t.Errorf("%s leads to %s, and not back", path, a.location())
				}
				closed++
			}
		}
	}
	if closed < 25 {
		t.Errorf("only %d routes were closed", closed)
	}

	// What nobody may be denied.
	for _, path := range []string{"/conditions", "/conditions/1", "/confidentialite", "/mentions-legales", "/cookies", "/rendez-vous", appointment, appointment + "/annulation"} {
		zoe.want(path, zoe.get(path), http.StatusOK)
	}
	zoe.want("cancel", zoe.post(appointment+"/annulation", "explanation", ""), http.StatusSeeOther)
	if a := zoe.want("see that it is", zoe.get(appointment), http.StatusOK); !strings.Contains(a.body, `data-status="cancelled`) {
		t.Errorf("it is not cancelled: %s", main_(a.body))
	}
	zoe.want("sign out", zoe.post("/deconnexion"), http.StatusSeeOther)
	if a := zoe.want("signed out", zoe.get("/assistants"), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/connexion") {
		t.Errorf("still signed in: %s", a.location())
	}
}

func TestR33_AcceptanceOpensEverythingAgain(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	zoe, claire := w.newcomer(t), w.staffMember(t, viewer.Administrator)
	if a := zoe.want("nothing to accept", zoe.get("/acceptation?suite=%2Fmessages"), http.StatusSeeOther); a.location() != "/messages" {
		t.Errorf("leads to %s", a.location())
	}
	claire.publish("## Les nouvelles conditions", "Le standard ferme à 18 h.\n<b>Vraiment</b>.")

	a := zoe.want("the page", zoe.get("/acceptation?suite=%2Fassistants%3Fmode%3Dvideo"), http.StatusOK)
	for _, want := range []string{"Le standard ferme à 18 h.", "&lt;b&gt;Vraiment", `href="/conditions"`, `href="/confidentialite"`, `name="accept_terms"`, `value="/assistants?mode=video"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s: %s", want, main_(a.body))
		}
	}
	if strings.Contains(a.body, " checked") || strings.Contains(a.body, `name="adult"`) {
		t.Errorf("a box is ticked, or asks again what is known: %s", main_(a.body))
	}
	for name, value := range map[string]string{"unticked": "", "no": "0"} {
		a = zoe.want(name, zoe.post("/acceptation", "accept_terms", value, "suite", "/messages"), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="accept_terms-error"`) || !strings.Contains(a.body, `value="/messages"`) {
			t.Errorf("%s: %s", name, main_(a.body))
		}
	}
	a = zoe.want("another text than was shown", zoe.post("/acceptation", "accept_terms", "1", "texts", "terms-1"), http.StatusConflict)
	if strings.Contains(a.body, " checked") || !strings.Contains(a.body, `value="terms-2"`) {
		t.Errorf("the current texts are not shown: %s", main_(a.body))
	}
	zoe.want("still asked", zoe.get("/assistants"), http.StatusSeeOther)
	for next, want := range map[string]string{"https://evil.example/": "/assistants", "//evil.example": "/assistants", strings.Repeat("/a", 400): "/assistants", "/messages": "/messages"} {
		a = zoe.want(next, zoe.post("/acceptation", "accept_terms", "1", "suite", next), http.StatusSeeOther)
		if a.location() != want {
			t.Errorf("%q leads to %q", next, a.location())
		}
	}
	zoe.want("all is open", zoe.get("/assistants"), http.StatusOK)
	if a = claire.want("the administration is informed and goes on", claire.get("/administration"), http.StatusOK); !strings.Contains(a.body, "ont changé pour les bénéficiaires") {
		t.Errorf("not informed: %s", a.body)
	}
	claire.want("dismiss it", claire.post("/textes/vu?kind=terms&version=2"), http.StatusSeeOther)
	if a = claire.want("afterwards", claire.get("/administration"), http.StatusOK); strings.Contains(a.body, "ont changé pour les bénéficiaires") {
		t.Error("informed again")
	}
	w.newcomer(t).want("who signs up now is not asked", w.newcomer(t).get("/assistants"), http.StatusOK)
}

func TestR4_PeopleMustFirstConfirmThatTheyAreAdults(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	fields := w.signUpForm()
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	token, err := w.tokenFor(t.Context(), fields["email"])
	ok(t, err)
	v.want("validate", v.post("/inscription/validation", "token", token), http.StatusSeeOther)
	_, err = w.platform.db.Pool.Exec(context.Background(), `update accounts set adult_declared_at = null where email = $1`, fields["email"])
	ok(t, err)
	_, err = w.platform.db.Pool.Exec(context.Background(), `delete from legal_acceptances where account_id = (select id from accounts where email = $1)`, fields["email"])
	ok(t, err)
	v.want("sign in", v.post("/connexion", "email", fields["email"], "password", demoPassword), http.StatusSeeOther)
	a := v.want("the first page", v.get("/assistants"), http.StatusSeeOther)
	a = v.want("asks", v.get(a.location()), http.StatusOK)
	if !strings.Contains(a.body, `name="adult"`) || !strings.Contains(a.body, `name="accept_terms"`) || strings.Contains(a.body, " checked") {
		t.Errorf("the page: %s", main_(a.body))
	}
	for box, other := range map[string]string{"adult": "accept_terms", "accept_terms": "adult"} {
		a = v.want("without "+box, v.post("/acceptation", other, "1"), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="`+box+`-error"`) {
			t.Errorf("no message beside %s", box)
		}
	}
	v.want("both", v.post("/acceptation", "adult", "1", "accept_terms", "1"), http.StatusSeeOther)
	v.want("all is open", v.get("/assistants"), http.StatusOK)
}

// From the draft to the public page, through the administration's pages.
func TestR33_ATextGoesFromDraftToPublicPage(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	claire, anybody := w.staffMember(t, viewer.Administrator), w.visitor(t)
	if a := claire.want("the first page", claire.get("/administration"), http.StatusOK); !strings.Contains(a.body, `href="/administration/textes">Voir les textes`) {
		t.Error("the administration does not see that the initial texts are in force")
	}
	a := claire.want("the editor", claire.get(textsPath), http.StatusOK)
	if !strings.Contains(a.body, "Une heure avec une assistante sociale") {
		t.Error("the draft does not start from the current text")
	}
	words := []string{"changes", "Un mot.", "markdown", "## Nouvelles\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))"}
	a = claire.want("save", claire.post(textsPath, append(words, "revision", "0")...), http.StatusSeeOther)
	preview := claire.want("the preview", claire.get(a.location()), http.StatusOK)
	if !strings.Contains(preview.body, "<h2>Nouvelles</h2>") || strings.Contains(preview.body, "<script>alert") || strings.Contains(preview.body, `href="javascript:`) {
		t.Errorf("the preview: %s", main_(preview.body))
	}
	if !strings.Contains(preview.body, "<ins>## Nouvelles</ins>") || !strings.Contains(preview.body, "<del>## En bref</del>") || strings.Contains(preview.body, "<ins><script>") {
		t.Errorf("the preview does not say what differs: %s", main_(preview.body))
	}
	a = claire.want("begun twice", claire.post(textsPath, "changes", "Autre chose.", "markdown", "Mon texte à moi", "revision", "0"), http.StatusConflict)
	if !strings.Contains(a.body, "Mon texte à moi") || !strings.Contains(a.body, `name="revision" value="1"`) {
		t.Errorf("what was typed is lost: %s", main_(a.body))
	}
	anybody.want("a draft is nobody's", anybody.get("/conditions/2"), http.StatusNotFound)
	claire.want("nor on the public page for the administration", claire.get("/conditions/2"), http.StatusNotFound)

	day := clocktest.Now().AddDate(0, 0, 40).Format(time.DateOnly)
	claire.want("at a date", claire.post(textsPath+"/publication", "when", "later", "day", day, "time", "09:00", "revision", "1"), http.StatusSeeOther)
	anybody.want("not before", anybody.get("/conditions/2"), http.StatusNotFound)
	claire.want("but to the administration", claire.get("/conditions/2"), http.StatusOK)
	if a = claire.want("the list", claire.get("/administration/textes"), http.StatusOK); !strings.Contains(a.body, "à 9\u00a0h") {
		t.Errorf("the list does not say when: %s", main_(a.body))
	}
	if a = claire.want("no editor any more", claire.get(textsPath), http.StatusSeeOther); a.location() != textsPath+"/apercu" {
		t.Errorf("led to %s", a.location())
	}
	claire.want("a second draft", claire.post(textsPath, append(words, "revision", "0")...), http.StatusConflict)
	claire.want("withdraw", claire.post(textsPath+"/retrait"), http.StatusSeeOther)
	claire.want("withdraw again", claire.post(textsPath+"/retrait"), http.StatusConflict)
	claire.want("now", claire.post(textsPath+"/publication", "when", "now", "revision", "1"), http.StatusSeeOther)

	a = anybody.want("in force", anybody.get("/conditions"), http.StatusOK)
	if !strings.Contains(a.body, "Version 2") || !strings.Contains(a.body, `href="/conditions/1"`) || strings.Contains(a.body, "fourni avec la plateforme") {
		t.Errorf("the page: %s", main_(a.body))
	}
	a = anybody.want("the older one", anybody.get("/conditions/1"), http.StatusOK)
	if !strings.Contains(a.body, "a été remplacée") || !strings.Contains(a.body, "fourni avec la plateforme") {
		t.Errorf("the older one: %s", main_(a.body))
	}
	for _, path := range []string{"/conditions/3", "/conditions/02", "/conditions/x", "/conditions/%00", "/conditions/" + strings.Repeat("9", 3000), "/administration/textes/autre", "/administration/textes/confidentialite/apercu"} {
		if a := claire.get(path); a.status != http.StatusNotFound && !strings.HasPrefix(a.location(), "/acceptation") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	anybody.want("a NUL in a version", anybody.get("/conditions/%00"), http.StatusNotFound)
}

func TestR33_TheEditorShowsMistakesAtEachField(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	claire := w.staffMember(t, viewer.Administrator)
	const path = "/administration/textes/confidentialite"
	saved := map[string]string{"markdown": "## Un texte", "changes": "Un mot.", "revision": "0"}
	with := func(fields map[string]string, name, value string) []string {
		changed := map[string]string{}
		for n, v := range fields {
			changed[n] = v
		}
		changed[name] = value
		return pairs(changed)
	}
	for name, bad := range map[string][]string{"markdown": {"", " \n ", "a\x00b", "\u202eabc", "\xff\xfe", strings.Repeat("é", 100_001)}, "changes": {"a\x00b", "\u202eabc", "\xff", strings.Repeat("é", 2_001)}} {
		for _, value := range bad {
			a := claire.want(name, claire.post(path, with(saved, name, value)...), http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `id="`+name+`-error"`) {
				t.Errorf("%s %.20q: no message beside it", name, value)
			}
			if name != "markdown" && !strings.Contains(a.body, "## Un texte") {
				t.Errorf("%s %.20q: the text is lost", name, value)
			}
		}
	}
	claire.want("more than any text", claire.post(path, with(saved, "markdown", strings.Repeat("a", 2<<20))...), http.StatusRequestEntityTooLarge)
	for _, revision := range []string{"", "-1", "7", "abc", "99999999999999999999", "\x00"} {
		claire.want("revision "+revision, claire.post(path, with(saved, "revision", revision)...), http.StatusConflict)
	}
	long := strings.Repeat("Une phrase à lire, « avec ses accents ». ", 2_000) // longer than an ordinary form
	claire.want("a long text", claire.post(path, with(saved, "markdown", long)...), http.StatusSeeOther)

	publication := map[string]string{"when": "later", "day": clocktest.Now().AddDate(0, 0, 3).Format(time.DateOnly), "time": "09:00", "revision": "1"}
	for name, bad := range map[string][]string{
		"when": {"", "tomorrow", "\x00"},
		"day":  {"", "hier", "2020-01-01", "2199-01-01", "2027-02-30", "\x00", strings.Repeat("1", 5000)},
		"time": {"", "midi", "25:00", "09:60", "9h", "\x00", strings.Repeat("1", 5000)},
	} {
		for _, value := range bad {
			a := claire.want(name, claire.post(path+"/publication", with(publication, name, value)...), http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `id="`+name+`-error"`) {
				t.Errorf("%s %.20q: no message beside it: %s", name, value, main_(a.body))
			}
		}
	}
	today := clocktest.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	claire.want("yesterday", claire.post(path+"/publication", with(publication, "day", today)...), http.StatusUnprocessableEntity)
	claire.want("another draft than was read", claire.post(path+"/publication", with(publication, "revision", "2")...), http.StatusConflict)
	claire.want("discard another", claire.post(path+"/suppression", "revision", "2"), http.StatusConflict)
	claire.want("discard", claire.post(path+"/suppression", "revision", "1"), http.StatusSeeOther)
	claire.want("no draft to publish", claire.post(path+"/publication", pairs(publication)...), http.StatusConflict)
	claire.want("no draft to look at", claire.get(path+"/apercu"), http.StatusNotFound)
	for _, other := range []string{"/publication", "/retrait", "/suppression", ""} {
		claire.want("no such text", claire.post("/administration/textes/autre"+other, "when", "now"), http.StatusNotFound)
	}
}

func TestR43_MandatoryPagesExist(t *testing.T) {
	t.Parallel()
	v := platformOf(t).visitor(t)
	for path, wants := range map[string][]string{
		"/mentions-legales": {"droit français", "rétractation", "médiateur", "DPO", "CNIL", "À compléter par l’exploitant"},
		"/qui-sommes-nous":  {"secret professionnel", "À compléter par l’exploitant"},
		"/cookies":          {"__Host-session", "flash", "Firefox", "Chrome", "Edge", "Safari (Mac)", "Safari (iPhone", "Samsung"},
	} {
		a := v.want(path, v.get(path), http.StatusOK)
		for _, want := range wants {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
		if home := v.want("/", v.get("/"), http.StatusOK); !strings.Contains(home.body, `href="`+path+`"`) {
			t.Errorf("no page links to %s", path)
		}
		if a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
}
