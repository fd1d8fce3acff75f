package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

func TestR1_SignUpShowsAMessageAtEachField(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	for _, field := range []string{"email", "last_name", "first_name", "mobile", "connection_code", "password", "adult", "accept_terms"} {
		for name, value := range map[string]string{"empty": "", "over-long": strings.Repeat("é", 5000), "NUL": "a\x00b", "right to left": "\u202eabc\u200f", "invalid UTF-8": "\xff\xfe"} {
			box := field == "adult" || field == "accept_terms"
			if (box || field == "password" && name == "right to left") && name != "empty" {
				continue // any value ticks a box; a password may contain any Unicode
			}
			fields := w.signUpForm()
			fields[field] = value
			a := v.want(field+" "+name, v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `id="`+field+`-error"`) {
				t.Errorf("%s %s: no message beside the field", field, name)
			}
			if field != "last_name" && !strings.Contains(a.body, `value="Vidal"`) {
				t.Errorf("%s %s: what was typed elsewhere is lost", field, name)
			}
			if strings.Contains(a.body, demoPassword) {
				t.Errorf("%s %s: the password is shown again", field, name)
			}
			if name == "over-long" && strings.Contains(a.body, "éééé") {
				t.Errorf("%s: the oversized value is shown again", field)
			}
		}
	}
	v.want("10 MB", v.post("/inscription", "email", strings.Repeat("a", 10<<20)), http.StatusRequestEntityTooLarge)
	v.want("nothing at all", v.post("/inscription"), http.StatusUnprocessableEntity)
}

func TestR3_OpeningTheLinkConsumesNothingAndItsButtonWorksOnce(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	fields := w.signUpForm()
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	token, err := w.tokenFor(t.Context(), fields["email"])
	ok(t, err)
	for range 3 {
		v.want("a scanner reads", v.get("/inscription/validation?token="+token), http.StatusOK)
	}
	v.want("not proved yet", v.post("/connexion", "email", fields["email"], "password", demoPassword), http.StatusUnprocessableEntity)
	v.want("altered", v.post("/inscription/validation", "token", altered(token)), http.StatusGone)
	v.want("the button", v.post("/inscription/validation", "token", token), http.StatusSeeOther)
	v.want("the button again", v.post("/inscription/validation", "token", token), http.StatusGone)
	v.want("the page again", v.get("/inscription/validation?token="+token), http.StatusGone)
	v.want("no token", v.post("/inscription/validation"), http.StatusGone)
	v.want("sign in", v.post("/connexion", "email", fields["email"], "password", demoPassword), http.StatusSeeOther)
}

func TestR5_SignUpAnswersAKnownAddressAlike(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	fields := w.signUpForm()
	first := v.want("unknown", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	second := v.want("known", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	if first.location() != second.location() || first.body != second.body {
		t.Errorf("the answers differ: %q, %q", first.location(), second.location())
	}
	known := v.want("resend to a known address", v.post("/inscription/renvoi", "email", fields["email"]), http.StatusSeeOther)
	unknown := v.want("resend to an unknown one", v.post("/inscription/renvoi", "email", "x"+fields["email"]), http.StatusSeeOther)
	if known.location() != unknown.location() {
		t.Errorf("the resend reveals: %q, %q", known.location(), unknown.location())
	}
}

func TestR8_StaffCannotDoAnythingBeforeTheSecondFactor(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	who, err := w.people.firstOf(viewer.Administrator)
	ok(t, err)
	v := w.visitor(t)
	v.want("the password", v.post("/connexion", "email", who.Email, "password", who.Password), http.StatusSeeOther)
	for _, path := range []string{"/administration", "/administration/assistants", "/profil"} {
		if a := v.want(path, v.get(path), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/connexion/second-facteur?suite=") {
			t.Errorf("%s goes to %s", path, a.location())
		}
	}
	v.want("another second factor", v.get("/profil/securite/totp"), http.StatusForbidden)
	v.want("a wrong code", v.post("/connexion/second-facteur", "code", "12345"), http.StatusUnprocessableEntity)
}

// open requests a route without any parameters.
func (v *visitor) open(method, path string) answer {
	v.t.Helper()
	if method == http.MethodPost {
		return v.post(path)
	}
	return v.get(path)
}

func TestCrossOriginPostsAreRefused(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	for name, header := range map[string][2]string{
		"another origin": {"Origin", "https://evil.example"}, "another site": {"Sec-Fetch-Site", "cross-site"}, "another host": {"Sec-Fetch-Site", "same-site"},
	} {
		r, err := http.NewRequest(http.MethodPost, v.w.server.URL+"/deconnexion", strings.NewReader(""))
		ok(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header[0], header[1])
		v.want(name, v.send(r, nil), http.StatusForbidden)
	}
	v.want("still signed in", v.get("/profil"), http.StatusOK)
}

func TestSigningInRedirectsToThisPlatformOnly(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	who, err := w.people.firstOf(viewer.Beneficiary)
	ok(t, err)
	for next, want := range map[string]string{
		"/rendez-vous": "/rendez-vous", "/assistants?mode=video": "/assistants?mode=video", "": "/assistants",
		"https://evil.example/": "/assistants", "//evil.example": "/assistants", `/\evil.example`: "/assistants", "javascript:alert(1)": "/assistants",
		"/\t/evil.example": "/assistants",
	} {
		t.Run(next, func(t *testing.T) {
			v := w.visitor(t)
			a := v.want(next, v.post("/connexion", "email", who.Email, "password", who.Password, "suite", next), http.StatusSeeOther)
			if a.location() != want {
				t.Errorf("%q leads to %q, want %q", next, a.location(), want)
			}
		})
	}
}

func TestR34_PagesLoadNothingFromElsewhereAndAreNotFramed(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	outside := regexp.MustCompile(`(?:src|href|action|url\()\s*=?\s*["'(]?https?://[^"')]*`)
	for _, path := range []string{"/", "/comment-ca-marche", "/conditions", "/confidentialite", "/mentions-legales", "/accessibilite", "/qui-sommes-nous", "/cookies", "/inscription", "/inscription/code", "/connexion", "/connexion/sms", "/inscription/renvoi", "/inscription/validation", "/c/chantiers-du-ponant"} {
		a := w.visitor(t).want(path, w.visitor(t).get(path), http.StatusOK)
		if !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || a.header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, a.header)
		}
		if strings.Contains(a.body, "style=") || strings.Contains(a.body, "onclick") {
			t.Errorf("%s contains inline code that the policy refuses", path)
		}
		head, _, _ := strings.Cut(a.body, "<body")
		if found := outside.FindString(head); found != "" {
			t.Errorf("%s loads from elsewhere: %s", path, found)
		}
		if found := regexp.MustCompile(`<(?:img|script|link|iframe|source)[^>]*https?://`).FindString(a.body); found != "" {
			t.Errorf("%s loads from elsewhere: %s", path, found)
		}
	}
}

// Search engines learn of the pages about the service alone, and password managers where a
// password is changed.
func TestR43_ProgramsFindWhatIsPublic(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	robots := v.want("robots", v.get("/robots.txt"), http.StatusOK).body
	for _, line := range []string{"User-agent: *\n", "Allow: /$\n", "Allow: /comment-ca-marche\n", "Disallow: /\n"} {
		if !strings.Contains(robots, line) {
			t.Errorf("robots.txt lacks %q: %s", line, robots)
		}
	}
	if !strings.HasSuffix(robots, "Disallow: /\n") || strings.Contains(robots, "connexion") || strings.Contains(robots, "well-known") {
		t.Errorf("robots.txt: %s", robots)
	}
	if to := v.want("change-password", v.get("/.well-known/change-password"), http.StatusSeeOther).location(); to != "/profil/securite" {
		t.Errorf("a password is changed at %q", to)
	}
	for _, path := range []string{"/", "/comment-ca-marche", "/qui-sommes-nous", "/accessibilite", "/mentions-legales", "/cookies"} {
		body := v.want(path, v.get(path), http.StatusOK).body
		if n := strings.Count(body, `<meta name="description" content="`); n != 1 {
			t.Errorf("%s has %d descriptions", path, n)
		}
	}
}

// The first page with everything it loads is smaller than 60 KB over the wire.
func TestTheFirstPageIsSmall(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	total, queue, seen := 0, []string{"/"}, map[string]bool{}
	loads := regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"|url\("?([^")]+)"?\)|from "(\./[^"]+)"`)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		size, body := w.weigh(t, path)
		total += size
		for _, found := range loads.FindAllStringSubmatch(body, -1) {
			next := found[1] + found[2] + found[3]
			if !strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "data:") {
				next = "/static/" + strings.TrimPrefix(next, "./")
			}
			if strings.HasPrefix(next, "/static/") {
				queue = append(queue, next)
			}
		}
	}
	if total > 60_000 || len(seen) < 5 {
		t.Errorf("%d bytes for %v", total, seen)
	}
}

// weigh returns a file's size over the wire, and its content.
func (w *world) weigh(t *testing.T, path string) (size int, body string) {
	t.Helper()
	v := w.visitor(t)
	plain := v.want(path, v.get(path), http.StatusOK)
	r, err := http.NewRequest(http.MethodGet, w.server.URL+path, nil)
	ok(t, err)
	r.Header.Set("Accept-Encoding", "gzip") // set explicitly, so the client does not decompress
	packed := v.send(r, nil)
	head := 0
	for name, values := range packed.header {
		head += len(name) + len(fmt.Sprint(values)) + 4
	}
	return len(packed.body) + head, plain.body
}

func TestR40_HealthIsOneLineThatNamesTheComponents(t *testing.T) {
	t.Parallel()
	v := platformOf(t).visitor(t)
	v.want("alive", v.get("/healthz"), http.StatusOK)
	a := v.want("ready", v.get("/readyz"), http.StatusOK)
	if a.header.Get("Content-Type") != "application/json" || strings.Index(a.body, "\n") != len(a.body)-1 {
		t.Errorf("not one line of JSON: %q", a.body)
	}
	var said struct {
		Status string
		Parts  map[string]string
	}
	ok(t, json.Unmarshal([]byte(a.body), &said))
	if said.Status != "ready" {
		t.Errorf("status %q", said.Status)
	}
	for part, word := range map[string]string{"database": "ready", "schema": "ready", "storage": "ready", "mail": "ready", "queue": "ready", "scanner": "off", "relay": "ready"} {
		t.Run(part, func(t *testing.T) {
			if said.Parts[part] != word {
				t.Errorf("%s: %q, want %q", part, said.Parts[part], word)
			}
		})
	}
}

func TestWhatDoesNotExistIs404InFrench(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	for _, path := range []string{"/nulle-part", "/c/%00", "/c/%ff%fe", "/rendez-vous/%00", "/conditions/%0a", "/rendez-vous/pas-un-identifiant", "/assistants/00000000-0000-4000-8000-000000000000", "/c/personne", "/conditions/99", "/messages/00000000-0000-4000-8000-000000000000"} {
		if a := v.want(path, v.get(path), http.StatusNotFound); !strings.Contains(a.body, `<html lang="fr">`) || !strings.Contains(a.body, "02\u00a097") && !strings.Contains(a.body, "02 97") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

// Names appear in mails from our domain: nobody may put a message into one.
func TestR1_ANameCannotContainAMessage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	const words = "Compte bloqué : voir https://evil.example"
	admin, operator := w.staffMember(t, viewer.Administrator), w.staffMember(t, viewer.Switchboard)
	for path, v := range map[string]*visitor{
		"/inscription": w.visitor(t), "/standard/inscription/verification": operator, "/standard/inscription": operator,
		"/administration/comptes/invitation": admin, "/administration/assistants": admin,
	} {
		for _, field := range []string{"first_name", "last_name"} {
			fields := w.signUpForm()
			fields[field] = words
			a := v.want(path+" "+field, v.post(path, pairs(fields)...), http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `id="`+field+`-error"`) || !strings.Contains(a.body, `value="`+words+`"`) {
				t.Errorf("%s: %s has no message, or what was typed is lost", path, field)
			}
		}
	}
	fields := w.signUpForm()
	fields["first_name"], fields["last_name"] = "M. Jean-Pierre", "O’Brien D'Arc Nguyễn"
	v := w.visitor(t)
	v.want("a real name", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
}
