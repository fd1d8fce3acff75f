package main

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/internal/viewer"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"
)

// device is a software authenticator with one passkey. The address of the tests has no name,
// so that its passkeys are for localhost.
type device struct {
	site virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

// newDevice avoids keys, one in 128, of which the authenticator would write a coordinate one
// byte too short.
func (w *world) newDevice() *device {
	d := &device{site: virtualwebauthn.RelyingParty{ID: "localhost", Origin: w.server.URL}, auth: virtualwebauthn.NewAuthenticator()}
	for d.key.Key == nil || len(d.key.Key.AttestationData()) < 77 {
		d.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return d
}

// create answers a challenge by creating a passkey, as the page's module does.
func (d *device) create(t *testing.T, asked string, fields ...string) string {
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(asked)
	ok(t, err)
	d.auth.Options.UserHandle = []byte(options.UserID)
	return sent(t, virtualwebauthn.CreateAttestationResponse(d.site, d.auth, d.key, *options), fields)
}

// sign answers a challenge with the passkey.
func (d *device) sign(t *testing.T, asked string, fields ...string) string {
	t.Helper()
	d.key.Counter++
	options, err := virtualwebauthn.ParseAssertionOptions(asked)
	ok(t, err)
	return sent(t, virtualwebauthn.CreateAssertionResponse(d.site, d.auth, d.key, *options), fields)
}

func sent(t *testing.T, credential string, fields []string) string {
	t.Helper()
	body := map[string]any{"credential": json.RawMessage(credential)}
	for i := 0; i < len(fields); i += 2 {
		body[fields[i]] = fields[i+1]
	}
	text, err := json.Marshal(body)
	ok(t, err)
	return string(text)
}

func (v *visitor) postJSON(path, body string) answer {
	v.t.Helper()
	return v.postBody(path, "application/json", strings.NewReader(body))
}

// ask requests a challenge.
func (v *visitor) ask(path string) string {
	v.t.Helper()
	return v.want("ask "+path, v.postJSON(path, "{}"), http.StatusOK).body
}

// said returns one field of a response to the module.
func (a answer) said(t *testing.T) (place, message string) {
	t.Helper()
	var said struct {
		Location string
		Error    struct{ Message string }
	}
	if kind := a.header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("answered as %s: %s", kind, a.body)
	}
	ok(t, json.Unmarshal([]byte(a.body), &said))
	return said.Location, said.Error.Message
}

// addPasskey adds a passkey as the page does, and returns the device and the address to which
// the browser goes.
func (v *visitor) addPasskey(fields ...string) (*device, string) {
	v.t.Helper()
	d := v.w.newDevice()
	asked := v.ask("/profil/securite/cles/defi")
	place, _ := v.want("add a passkey", v.postJSON("/profil/securite/cles", d.create(v.t, asked, fields...)), http.StatusOK).said(v.t)
	return d, place
}

// recruit creates a member of staff who has only chosen a password.
func (w *world) recruit(t *testing.T, role viewer.Role) (v *visitor, email string) {
	t.Helper()
	v, email = w.visitor(t), w.signUpForm()["email"]
	token, _, err := w.platform.accounts.SignUps.InviteByHand(t.Context(), signup.Invitation{Role: role, Email: email, FirstName: "Nadia", LastName: "Le Goff", Zone: "Europe/Paris"})
	ok(t, err)
	a := v.want("choose a password", v.post("/invitation", "token", token, "password", demoPassword), http.StatusSeeOther)
	if a.location() != "/profil/securite/totp" {
		t.Fatalf("a recruit goes to %s", a.location())
	}
	return v, email
}

var codePattern = regexp.MustCompile(`<li>((?:\d{4} ){3}\d{4})</li>`)

// recoveryCodes returns the codes on the page.
func recoveryCodes(a answer) (codes []string) {
	for _, found := range codePattern.FindAllStringSubmatch(a.body, -1) {
		codes = append(codes, found[1])
	}
	return codes
}

func TestR8_ARecruitChoosesAPasskeyAndGetsRecoveryCodesOnce(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.recruit(t, viewer.Administrator)
	if a := v.want("the choice", v.get("/profil/securite/totp"), http.StatusOK); !strings.Contains(a.body, `id="add-passkey"`) || !strings.Contains(a.body, `name="code"`) {
		t.Error("the page does not offer both")
	}
	for _, path := range []string{"/profil/securite/cles", "/profil/securite/codes"} {
		if a := v.want(path, v.get(path), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/connexion/second-facteur") {
			t.Errorf("half signed in, %s goes to %s", path, a.location())
		}
	}
	d, place := v.addPasskey("name", "Téléphone", "suite", "/administration/assistants")
	if place != "/profil/securite/codes?suite=%2Fadministration%2Fassistants" {
		t.Fatalf("goes to %s", place)
	}
	shown := v.want("the codes", v.get(place), http.StatusOK)
	codes := recoveryCodes(shown)
	if len(codes) != 10 || !strings.Contains(shown.body, `href="/administration/assistants"`) || shown.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d codes: %s", len(codes), main_(shown.body))
	}
	if again := v.want("the page again", v.get(place), http.StatusOK); len(recoveryCodes(again)) != 0 || !strings.Contains(again.body, "Il vous reste 10 codes") {
		t.Errorf("shown again: %s", main_(again.body))
	}

	second := w.visitor(t)
	second.want("the password", second.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	if a := second.want("the second factor", second.get("/connexion/second-facteur"), http.StatusOK); !strings.Contains(a.body, `id="use-passkey"`) {
		t.Error("no button for the passkey")
	}
	for _, refused := range []answer{second.postJSON("/profil/securite/cles/defi", "{}"), second.get("/profil/securite/totp")} {
		second.want("a password alone sets up another second factor", refused, http.StatusForbidden)
	}
	answer := d.sign(t, second.ask("/connexion/cle/second-facteur/defi"), "suite", "/administration")
	place, _ = second.want("the passkey", second.postJSON("/connexion/cle/second-facteur", answer), http.StatusOK).said(t)
	second.want("replayed", second.postJSON("/connexion/cle/second-facteur", answer), http.StatusUnprocessableEntity)
	second.want(place, second.get(place), http.StatusOK)

	third := w.visitor(t)
	third.want("the password", third.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	third.want("a recovery code", third.post("/connexion/second-facteur", "code", codes[0]), http.StatusSeeOther)
	third.want("signed in", third.get("/administration"), http.StatusOK)
	if mail := w.mailTo(t, email, "code de secours"); !strings.Contains(mail.Text, "Il vous en reste 9") || !strings.Contains(mail.Text, "/profil/securite/codes") {
		t.Errorf("the mail says %s", mail.Text)
	}
	w.mailTo(t, email, "clé d’accès")
	fourth := w.visitor(t)
	fourth.want("the password", fourth.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	if a := fourth.want("the same code", fourth.post("/connexion/second-facteur", "code", codes[0]), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="code-error"`) || strings.Contains(a.body, codes[0]) {
		t.Errorf("the page after a used code: %s", main_(a.body))
	}
}

func TestR8_ASessionWithoutTheSecondFactorCanDoNothingElse(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	_, email := w.recruit(t, viewer.Administrator)
	owed := map[string]bool{
		"/connexion/second-facteur": true, "/deconnexion": true, "/profil/securite/totp": true, "/profil/securite/cles": true, "/profil/securite/cles/defi": true,
		"/connexion/cle/second-facteur": true, "/connexion/cle/second-facteur/defi": true,
	}
	v := w.visitor(t)
	v.want("the password", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	for _, r := range w.platform.server.Table() {
		if r.Owing && !owed[r.Path] {
			t.Errorf("%s opens with only a password", r.Path)
		}
		if r.Open || r.Owing {
			continue
		}
		path := strings.NewReplacer("{id}", "00000000-0000-4000-8000-000000000000").Replace(r.Path)
		a := v.open(r.Method, path)
		sentBack := a.status == http.StatusSeeOther && strings.HasPrefix(a.location(), "/connexion/second-facteur")
		if !sentBack && a.status != http.StatusUnauthorized {
			t.Errorf("%s %s answers %d to %q", r.Method, path, a.status, a.location())
		}
	}
}

func TestR8_ARecruitChoosesAnApplicationAndRenewsTheCodes(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, _ := w.recruit(t, viewer.Administrator)
	page := v.want("the choice", v.get("/profil/securite/totp"), http.StatusOK)
	secret := strings.ReplaceAll(regexp.MustCompile(`<span class="code">([^<]+)<`).FindStringSubmatch(page.body)[1], " ", "")
	code, err := totp.GenerateCode(secret, time.Now())
	ok(t, err)
	a := v.want("the first code", v.post("/profil/securite/totp", "code", code), http.StatusSeeOther)
	if a.location() != "/profil/securite/codes" {
		t.Fatalf("goes to %s", a.location())
	}
	old := recoveryCodes(v.want("the codes", v.get(a.location()), http.StatusOK))
	for name, typed := range map[string]string{"none": "", "a replayed code": code, "a recovery code": old[0], "over-long": strings.Repeat("1", 5000), "NUL": "\x00"} {
		if a := v.want(name, v.post("/profil/securite/codes", "code", typed), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="code-error"`) {
			t.Errorf("%s: no message beside the field", name)
		}
	}
	code, err = totp.GenerateCode(secret, time.Now().Add(30*time.Second))
	ok(t, err)
	v.want("a current code", v.post("/profil/securite/codes", "code", code), http.StatusSeeOther)
	if fresh := recoveryCodes(v.get("/profil/securite/codes")); len(fresh) != 10 || fresh[0] == old[0] {
		t.Errorf("new codes: %d", len(fresh))
	}

	d, place := v.addPasskey()
	if place != "/profil/securite/cles" {
		t.Errorf("a further passkey leads to %s", place)
	}
	place, _ = v.want("the passkey", v.postJSON("/connexion/cle/second-facteur", d.sign(t, v.ask("/connexion/cle/second-facteur/defi"), "suite", "/profil/securite/codes")), http.StatusOK).said(t)
	if a := v.want(place, v.get(place), http.StatusOK); place != "/profil/securite/codes" || strings.Contains(a.body, `name="code"`) {
		t.Errorf("after the passkey, %s still asks for a code", place)
	}
	v.want("without a code", v.post("/profil/securite/codes"), http.StatusSeeOther)
	if fresh := recoveryCodes(v.get("/profil/securite/codes")); len(fresh) != 10 {
		t.Errorf("new codes by passkey: %d", len(fresh))
	}
	if a := w.newcomer(t).get("/profil/securite/codes"); a.status != http.StatusForbidden {
		t.Errorf("a beneficiary's recovery codes: %d", a.status)
	}
}

func TestR8_ABeneficiarySignsInWithAPasskeyOnly(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	owner := w.newcomer(t)
	if a := owner.want("none yet", owner.get("/profil/securite/cles"), http.StatusOK); !strings.Contains(a.body, `id="add-passkey"`) || !strings.Contains(a.body, "ne peut pas créer") {
		t.Error("the page offers no passkey, or does not explain the requirements")
	}
	d, _ := owner.addPasskey("name", "  Mon <téléphone>  ")
	if a := owner.want("the list", owner.get("/profil/securite/cles"), http.StatusOK); !strings.Contains(a.body, "Mon &lt;téléphone&gt;") || !strings.Contains(a.body, "Pas encore utilisée") || !strings.Contains(a.body, "Votre clé d’accès est enregistrée") {
		t.Errorf("the list: %s", main_(a.body))
	}

	v := w.visitor(t)
	if a := v.want("sign-in page", v.get("/connexion"), http.StatusOK); !strings.Contains(a.body, `id="use-passkey"`) || !strings.Contains(a.body, "/static/passkeys.js") {
		t.Error("no button on the sign-in page")
	}
	for suite, want := range map[string]string{"": "/assistants", "/rendez-vous": "/rendez-vous", "https://evil.example/": "/assistants"} {
		t.Run(suite, func(t *testing.T) {
			browser := w.visitor(t)
			place, _ := browser.want("sign in", browser.postJSON("/connexion/cle", d.sign(t, browser.ask("/connexion/cle/defi"), "suite", suite)), http.StatusOK).said(t)
			if browser.want(place, browser.get(place), http.StatusOK); place != want {
				t.Errorf("%q leads to %s", suite, place)
			}
		})
	}
	asked := v.ask("/connexion/cle/defi")
	thief := w.visitor(t)
	thief.ask("/connexion/cle/defi")
	if _, message := thief.want("another browser's challenge", thief.postJSON("/connexion/cle", d.sign(t, asked)), http.StatusUnprocessableEntity).said(t); message == "" {
		t.Error("refused without a message")
	}
	thief.http.Jar, _ = cookiejar.New(nil) // never fails
	thief.want("no cookie", thief.postJSON("/connexion/cle", d.sign(t, asked)), http.StatusUnprocessableEntity)
	thief.want("still nobody", thief.get("/profil"), http.StatusSeeOther)
}

func TestR8_PasskeysAreRenamedAndRemovedByTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	owner, other := w.newcomer(t), w.newcomer(t)
	owner.addPasskey("name", "Téléphone")
	list := owner.get("/profil/securite/cles")
	path := regexp.MustCompile(`/profil/securite/cles/[0-9a-f-]{36}`).FindString(list.body)
	if path == "" {
		t.Fatalf("no link to the passkey: %s", main_(list.body))
	}
	other.want("another's page", other.get(path), http.StatusNotFound)
	other.want("another's renaming", other.post(path, "name", "À moi"), http.StatusNotFound)
	other.want("another's removing", other.post(path+"/suppression"), http.StatusNotFound)
	owner.want("no identifier", owner.get("/profil/securite/cles/defi"), http.StatusNotFound)
	for name, typed := range map[string]string{"empty": " ", "over-long": strings.Repeat("é", 61), "NUL": "a\x00b"} {
		if a := owner.want(name, owner.post(path, "name", typed), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="name-error"`) {
			t.Errorf("%s: no message beside the field", name)
		}
	}
	owner.want("renamed", owner.post(path, "name", strings.Repeat("é", 60)), http.StatusSeeOther)
	owner.want("its page", owner.get(path), http.StatusOK)
	owner.want("removed", owner.post(path+"/suppression"), http.StatusSeeOther)
	owner.want("removed again", owner.post(path+"/suppression"), http.StatusNotFound)

	staff, _ := w.recruit(t, viewer.DPO)
	staff.addPasskey("name", "La seule")
	path = regexp.MustCompile(`/profil/securite/cles/[0-9a-f-]{36}`).FindString(staff.get("/profil/securite/cles").body)
	if a := staff.want("the last second factor", staff.post(path+"/suppression"), http.StatusConflict); !strings.Contains(a.body, "seule double vérification") {
		t.Errorf("the refusal: %s", main_(a.body))
	}
}

func TestR8_RequestsOfThePasskeyScriptAreBoundedAndSameOrigin(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	for name, body := range map[string]string{"nothing": "", "no JSON": "{", "a list": "[]", "no credential": "{}", "null": `{"credential":null}`, "a text": `{"credential":"x"}`, "another type": `{"credential":{"id":1}}`} {
		for _, path := range []string{"/profil/securite/cles", "/connexion/cle", "/connexion/cle/second-facteur"} {
			if _, message := v.want(name+" "+path, v.postJSON(path, body), http.StatusUnprocessableEntity).said(t); message == "" {
				t.Errorf("%s %s: refused without a message", name, path)
			}
		}
	}
	v.want("10 MB", v.postJSON("/profil/securite/cles", `{"name":"`+strings.Repeat("a", 10<<20)+`"}`), http.StatusRequestEntityTooLarge)
	v.want("a form", v.post("/connexion/cle", "credential", "{}"), http.StatusUnprocessableEntity)
	v.want("an over-long name", v.postJSON("/profil/securite/cles", w.newDevice().create(t, v.ask("/profil/securite/cles/defi"), "name", strings.Repeat("é", 61))), http.StatusUnprocessableEntity)
	out := w.visitor(t)
	for _, path := range []string{"/profil/securite/cles/defi", "/connexion/cle/second-facteur/defi"} {
		if _, message := out.want(path, out.postJSON(path, "{}"), http.StatusUnauthorized).said(t); message == "" {
			t.Errorf("%s: refused without a message", path)
		}
	}
	r, err := http.NewRequest(http.MethodPost, w.server.URL+"/connexion/cle/defi", strings.NewReader("{}"))
	ok(t, err)
	r.Header.Set("Origin", "https://evil.example")
	out.want("another origin", out.send(r, nil), http.StatusForbidden)
}
