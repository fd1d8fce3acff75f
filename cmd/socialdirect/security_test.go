package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"
)

const otherPassword = "Cerf-volant-3-nuages"

// member signs somebody up and confirms their address, signed out.
func (w *world) member(t *testing.T) (email string) {
	t.Helper()
	v, fields := w.visitor(t), w.signUpForm()
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	token, err := w.tokenFor(t.Context(), fields["email"])
	ok(t, err)
	elsewhere := w.visitor(t) // where the link does not sign in
	elsewhere.want("validate", elsewhere.post("/inscription/validation", "token", token), http.StatusSeeOther)
	return fields["email"]
}

// mailTo waits for a mail to an address whose subject or text contains words.
func (w *world) mailTo(t *testing.T, email, words string) embedded.Mail {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		mails, err := embedded.ReadMails(w.mail.Dir())
		ok(t, err)
		for _, m := range mails {
			if strings.Contains(m.To, email) && strings.Contains(m.Subject+"\n"+m.Text, words) {
				return m
			}
		}
	}
	t.Fatalf("no mail to %s with %q", email, words)
	return embedded.Mail{}
}

// altered returns a token with one letter in its middle changed.
func altered(token string) string {
	letter := "x"
	if token[20:21] == letter {
		letter = "y"
	}
	return token[:20] + letter + token[21:]
}

func (w *world) linkTo(t *testing.T, email, path string) (token string) {
	t.Helper()
	return tokenPattern.FindStringSubmatch(w.mailTo(t, email, path+"?token=").Text)[1]
}

func TestR2_AForgottenPasswordIsReplacedByTheMailedLink(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	email := w.member(t)
	elsewhere := w.visitor(t)
	elsewhere.want("sign in", elsewhere.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	v := w.visitor(t)
	if page := v.want("the way there", v.get("/connexion"), http.StatusOK); !strings.Contains(page.body, `href="/mot-de-passe/oubli"`) {
		t.Error("the sign-in page does not link to it")
	}
	v.want("the form", v.get("/mot-de-passe/oubli"), http.StatusOK)
	v.want("no address", v.post("/mot-de-passe/oubli"), http.StatusUnprocessableEntity)
	a := v.want("ask", v.post("/mot-de-passe/oubli", "email", email), http.StatusSeeOther)
	v.want("asked", v.get(a.location()), http.StatusOK)
	token := w.linkTo(t, email, "/mot-de-passe/nouveau")
	for range 3 {
		v.want("a scanner reads", v.get("/mot-de-passe/nouveau?token="+token), http.StatusOK)
	}
	v.want("no token", v.get("/mot-de-passe/nouveau"), http.StatusGone)
	v.want("altered", v.get("/mot-de-passe/nouveau?token="+altered(token)), http.StatusGone)
	v.want("altered, posted", v.post("/mot-de-passe/nouveau", "token", altered(token), "password", otherPassword), http.StatusGone)
	for name, password := range map[string]string{"empty": "", "short": "Ab1!", "common": "Motdepasse1!", "one's name": "Vidal-Zoe1", "broken": "\xff\xfe", "over-long": strings.Repeat("Aé1-", 40)} {
		a := v.want(name, v.post("/mot-de-passe/nouveau", "token", token, "password", password), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="password-error"`) || !strings.Contains(a.body, token) {
			t.Errorf("%s: no message, or the link is lost", name)
		}
	}
	a = v.want("the new one", v.post("/mot-de-passe/nouveau", "token", token, "password", otherPassword), http.StatusSeeOther)
	if a.location() != "/connexion" {
		t.Errorf("it leads to %s", a.location())
	}
	again := v.want("again", v.post("/mot-de-passe/nouveau", "token", token, "password", otherPassword), http.StatusGone)
	if !strings.Contains(again.body, `action="/mot-de-passe/oubli"`) {
		t.Error("a used link offers no other")
	}
	elsewhere.want("the session elsewhere", elsewhere.get("/profil"), http.StatusSeeOther)
	v.want("the old password", v.post("/connexion", "email", email, "password", demoPassword), http.StatusUnprocessableEntity)
	v.want("the new password", v.post("/connexion", "email", email, "password", otherPassword), http.StatusSeeOther)
	w.mailTo(t, email, "vient d’être changé")
}

func TestR5_FormsThatTakeAnAddressDoNotRevealAccounts(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	known, waiting := w.member(t), w.signUpForm()
	w.visitor(t).want("sign up", w.visitor(t).post("/inscription", pairs(waiting)...), http.StatusSeeOther)
	who, err := w.people.firstOf(viewer.SocialWorker)
	ok(t, err)
	unknown := fmt.Sprintf("inconnue-%d@exemple.fr", newcomers.Add(1))
	for name, fill := range map[string]func(email string) (path string, fields []string){
		"sign in": func(email string) (string, []string) {
			return "/connexion", []string{"email", email, "password", "Faux-mot-1"}
		},
		"sign up": func(email string) (string, []string) {
			fields := w.signUpForm()
			fields["email"] = email
			return "/inscription", pairs(fields)
		},
		"resend": func(email string) (string, []string) { return "/inscription/renvoi", []string{"email", email} },
		"forgot": func(email string) (string, []string) { return "/mot-de-passe/oubli", []string{"email", email} },
	} {
		t.Run(name, func(t *testing.T) {
			path, fields := fill(unknown)
			want := outwardly(w.visitor(t).post(path, fields...), unknown)
			for _, email := range []string{known, waiting["email"], who.Email} {
				if name == "sign in" && email == who.Email {
					continue // other tests need this account without failures
				}
				path, fields := fill(email)
				if got := outwardly(w.visitor(t).post(path, fields...), email); got != want {
					t.Errorf("%s reveals %s:\n%s\n%s", name, email, got, want)
				}
			}
		})
	}
}

// browserCookie is the cookie that binds a sign-up to its browser; its value is random.
var browserCookie = regexp.MustCompile(`sign-up=[^;]+`)

// outwardly returns the visible parts of a response, except for the typed address.
func outwardly(a answer, email string) string {
	header := a.header.Clone()
	header.Del("Date")
	return strings.ReplaceAll(browserCookie.ReplaceAllString(fmt.Sprint(a.status, header, a.body), "sign-up=…"), email, "…")
}

var sessionForm = regexp.MustCompile(`/profil/securite/sessions/[0-9a-f-]{36}/fin`)

func TestR6_SessionsAreShownAndEndedOneByOne(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	email := w.member(t)
	signIn := func() *visitor {
		v := w.visitor(t)
		v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
		return v
	}
	phone, tablet, v := signIn(), signIn(), signIn()
	page := v.want("the page", v.get("/profil/securite"), http.StatusOK)
	ends := sessionForm.FindAllString(page.body, -1)
	if len(ends) != 3 || !strings.Contains(page.body, "C’est celle-ci") || !strings.Contains(page.body, "/profil/securite/cles") {
		t.Fatalf("the page: %s", main_(page.body))
	}
	stranger := w.newcomer(t)
	stranger.want("somebody else's", stranger.post(ends[1]), http.StatusNotFound)
	v.want("no id", v.post("/profil/securite/sessions/x/fin"), http.StatusNotFound)
	v.want("end one", v.post(ends[1]), http.StatusSeeOther)
	v.want("end it again", v.post(ends[1]), http.StatusNotFound)
	if a, b := phone.get("/profil").status, tablet.get("/profil").status; a+b != http.StatusOK+http.StatusSeeOther {
		t.Errorf("of two sessions one ends: %d, %d", a, b)
	}
	v.want("end the others", v.post("/profil/securite/sessions/fin"), http.StatusSeeOther)
	phone.want("the phone", phone.get("/profil"), http.StatusSeeOther)
	tablet.want("the tablet", tablet.get("/profil"), http.StatusSeeOther)
	a := v.want("end the present one", v.post(ends[0]), http.StatusSeeOther)
	if a.location() != "/" || v.get("/profil").status != http.StatusSeeOther {
		t.Errorf("the present session: to %s", a.location())
	}
}

func TestR6_ThePasswordIsChangedFromTheSecurityPage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, elsewhere, email := w.visitor(t), w.visitor(t), w.member(t)
	for _, browser := range []*visitor{v, elsewhere} {
		browser.want("sign in", browser.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	}
	for name, fields := range map[string][3]string{
		"nothing": {}, "a wrong present one": {demoPassword + "x", otherPassword, "current_password"}, "a common new one": {demoPassword, "Azerty123!", "password"},
	} {
		a := v.want(name, v.post("/profil/securite/mot-de-passe", "current_password", fields[0], "password", fields[1]), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="`+fields[2]+`-error"`) && name != "nothing" || strings.Contains(a.body, demoPassword) {
			t.Errorf("%s: %s", name, main_(a.body))
		}
	}
	v.want("change", v.post("/profil/securite/mot-de-passe", "current_password", demoPassword, "password", otherPassword), http.StatusSeeOther)
	v.want("here", v.get("/profil/securite"), http.StatusOK)
	elsewhere.want("elsewhere", elsewhere.get("/profil/securite"), http.StatusSeeOther)
}

func TestR6_ANewAddressIsConfirmedBeforeItReplacesTheOldOne(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.visitor(t), w.member(t)
	v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	moved := fmt.Sprintf("nouvelle-%d@exemple.fr", newcomers.Add(1))
	profile := func(address string) answer {
		return v.post("/profil", "first_name", "Zoé", "last_name", "Vidal", "mobile", "06 12 34 56 78", "time_zone", "Europe/Paris", "email", address)
	}
	for name, address := range map[string]string{"empty": "", "none": "zoe@", "a look-alike": "z\u043ee@exemple.fr", "over-long": strings.Repeat("a", 300) + "@exemple.fr"} {
		if a := v.want(name, profile(address), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="email-error"`) {
			t.Errorf("%s: no message", name)
		}
	}
	v.want("the same", profile(strings.ToUpper(email)), http.StatusSeeOther)
	other := w.member(t)
	taken := v.want("somebody else's", profile(other), http.StatusSeeOther)
	w.mailTo(t, other, "demander cette adresse")
	a := v.want("another", profile(moved), http.StatusSeeOther)
	if outwardly(a, "") != outwardly(taken, "") {
		t.Errorf("the answer reveals somebody else's address:\n%v\n%v", a.header, taken.header)
	}
	w.mailTo(t, email, "Rien ne change tant que")
	token := w.linkTo(t, moved, "/profil/adresse")
	if page := v.want("the profile", v.get("/profil"), http.StatusOK); !strings.Contains(page.body, email) || strings.Contains(page.body, moved) {
		t.Error("the address changed before the button was pressed")
	}
	reader := w.visitor(t) // another browser, signed out
	for range 2 {
		reader.want("a scanner reads", reader.get("/profil/adresse?token="+token), http.StatusOK)
	}
	reader.want("altered", reader.post("/profil/adresse", "token", altered(token)), http.StatusGone)
	reader.want("none", reader.get("/profil/adresse"), http.StatusGone)
	reader.want("the button", reader.post("/profil/adresse", "token", token), http.StatusSeeOther)
	reader.want("the button again", reader.post("/profil/adresse", "token", token), http.StatusGone)
	v.want("the sessions of before", v.get("/profil"), http.StatusSeeOther)
	w.mailTo(t, email, "n’y mène plus")
	reader.want("sign in with the new one", reader.post("/connexion", "email", moved, "password", demoPassword), http.StatusSeeOther)
	if page := reader.want("the profile", reader.get("/profil"), http.StatusOK); !strings.Contains(page.body, moved) {
		t.Error("the address did not change")
	}
}

func TestR2_SigningInRenewsTheCookies(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, email := w.visitor(t), w.member(t)
	cookies := func(a answer) map[string]*http.Cookie {
		all := map[string]*http.Cookie{}
		for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
			all[cookie.Name] = cookie
		}
		return all
	}
	usual := cookies(v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther))
	session, mark := usual["session"], usual["device"]
	if session == nil || session.MaxAge != 0 || !session.Expires.IsZero() || !session.HttpOnly || session.SameSite != http.SameSiteLaxMode {
		t.Errorf("the session's cookie: %v", session)
	}
	if mark == nil || mark.MaxAge != 365*24*60*60 || !mark.HttpOnly || mark.SameSite != http.SameSiteLaxMode || mark.Path != "/" {
		t.Errorf("the known device's cookie: %v", mark)
	}
	again := cookies(v.want("sign in again", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther))
	if again["session"].Value == session.Value || again["device"].Value == mark.Value {
		t.Error("a cookie was not renewed at sign-in")
	}
	if who, err := w.platform.accounts.Sessions.Authenticate(context.Background(), session.Value); err != nil || who != nil {
		t.Errorf("the earlier session is still valid: %v", err)
	}
	shared := cookies(v.want("on a shared device", v.post("/connexion", "email", email, "password", demoPassword, "shared_device", "1"), http.StatusSeeOther))
	if shared["session"] == nil || shared["session"].MaxAge != 0 || shared["device"] == nil || shared["device"].MaxAge >= 0 {
		t.Errorf("on a shared device: %v", shared)
	}
}

func TestR2_AnAttackOnAnAccountLeavesItsOwnersDeviceAlone(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	owner, attacker, email := w.visitor(t), w.visitor(t), w.member(t)
	owner.want("sign in", owner.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	var last answer
	for range 8 {
		last = attacker.post("/connexion", "email", email, "password", "Faux-mot-1")
	}
	attacker.want("the attack", last, http.StatusTooManyRequests)
	if last.header.Get("Retry-After") == "" || !strings.Contains(last.body, email) {
		t.Errorf("refused without a time to wait, or what was typed is lost: %v", last.header)
	}
	owner.want("the owner", owner.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
}
