package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
)

func TestR47_TheCodeIsASeparateStep(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	for code, want := range map[string]string{"": "Écrivez le code", "0000-0000-0000-0000": "ne permet pas", "bonjour": "faute de frappe"} {
		a := v.want("code "+code, v.post("/inscription/code", "connection_code", code), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="connection_code-error"`) || !strings.Contains(a.body, want) || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %s", code, main_(a.body))
		}
	}
	code := w.people.ConnectionCode
	a := v.want("the code", v.post("/inscription/code", "connection_code", code), http.StatusSeeOther)
	if a.location() != "/inscription" || !strings.Contains(a.header.Get("Set-Cookie"), "HttpOnly") {
		t.Errorf("it leads to %q with %q", a.location(), a.header.Get("Set-Cookie"))
	}
	if a := v.want("the form", v.get("/inscription"), http.StatusOK); !strings.Contains(a.body, `value="`+code+`"`) {
		t.Error("the code must be typed twice")
	}
	fields := w.signUpForm()
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	if a := v.want("the form after", v.get("/inscription"), http.StatusOK); strings.Contains(a.body, code) {
		t.Error("the browser keeps the code")
	}
}

// A co-branded page asks for the code first, too, and its name stays on every page until the
// account is opened. Who opens the form itself finds it whole.
func TestR11_TheCoBrandedPageAsksForTheCodeFirst(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, entrance := w.visitor(t), "/c/chantiers-du-ponant"
	if whole := v.want("the whole form", v.get("/inscription"), http.StatusOK).body; !strings.Contains(whole, `name="connection_code" type="text"`) || !strings.Contains(whole, `name="password"`) {
		t.Errorf("a field is missing: %s", main_(whole))
	}
	named := func(step string, a answer, wants ...string) {
		t.Helper()
		for _, want := range append(wants, "Chantiers du Ponant vous offre", "Chantiers du Ponant ne saura jamais") {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: %q is missing: %s", step, want, main_(a.body))
			}
		}
	}
	first := v.want("the entrance", v.get(entrance), http.StatusOK)
	named("the entrance", first, `action="/inscription/code"`, `name="client" value="chantiers-du-ponant"`, `name="connection_code" type="text" value=""`)
	if strings.Contains(first.body, `name="password"`) {
		t.Error("the entrance asks for everything at once")
	}
	named("a wrong code", v.want("a wrong code", v.post("/inscription/code", "connection_code", "bonjour", "client", "chantiers-du-ponant"), http.StatusUnprocessableEntity))
	code := w.people.ConnectionCode
	if a := v.want("the code", v.post("/inscription/code", "connection_code", code, "client", "chantiers-du-ponant"), http.StatusSeeOther); a.location() != entrance {
		t.Errorf("it leads to %q", a.location())
	}
	named("the form", v.want("the form", v.get(entrance), http.StatusOK), `name="password"`, `value="`+code+`"`, `href="/inscription/code?client=chantiers-du-ponant"`)
	named("another code", v.want("another code", v.get("/inscription/code?client=chantiers-du-ponant"), http.StatusOK))
	for _, nobody := range []string{"personne", "//evil.example", "%00", strings.Repeat("a", 500)} {
		a := w.visitor(t).post("/inscription/code", "connection_code", code, "client", nobody)
		if v.want(nobody, a, http.StatusSeeOther).location() != "/inscription" {
			t.Errorf("the client %q leads to %q", nobody, a.location())
		}
		if page := v.want(nobody, v.get("/inscription/code?client="+nobody), http.StatusOK); strings.Contains(page.body, "vous offre") {
			t.Errorf("the client %q is named", nobody)
		}
	}
	v.want("sign up", v.post("/inscription", append(pairs(w.signUpForm()), "client", "chantiers-du-ponant")...), http.StatusSeeOther)
}

func TestR47_AWorkAddressIsWarnedAboutOnce(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	fields := w.signUpForm()
	fields["email"] = strings.Replace(fields["email"], "@exemple.fr", "@rh.chantiers-du-ponant.example", 1)
	a := v.want("first", v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
	for _, want := range []string{`id="email-error"`, "adresse personnelle est plus sûre", `name="email_confirmed" value="1"`, `value="` + fields["email"] + `"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the advice lacks %s", want)
		}
	}
	fields["email_confirmed"] = "1"
	fields["password"] = "Motdepasse1!"
	a = v.want("with a password that is guessed", v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, `id="password-error"`) || !strings.Contains(a.body, `name="email_confirmed" value="1"`) {
		t.Error("what was confirmed is asked for again, or the message is not beside the password")
	}
	fields["password"] = demoPassword
	v.want("confirmed", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)

	member := w.newcomer(t)
	profile := []string{"first_name", "Zoé", "last_name", "Vidal", "mobile", "06 12 34 56 78", "time_zone", "Europe/Paris", "email", "zoe.profil@chantiers-du-ponant.example"}
	a = member.want("move", member.post("/profil", profile...), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, `id="email-error"`) || !strings.Contains(a.body, `name="email_confirmed" value="1"`) {
		t.Errorf("moving: %s", main_(a.body))
	}
	member.want("move, confirmed", member.post("/profil", append(profile, "email_confirmed", "1")...), http.StatusSeeOther)
}

func TestR47_ASwitchboardAgentSeesTheWarningAboutAWorkAddress(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	operator := w.staffMember(t, viewer.Switchboard)
	typed := []string{"connection_code", w.people.ConnectionCode, "first_name", "Jeanne", "last_name", "Kervella", "email", "jeanne.kervella@chantiers-du-ponant.example", "mobile", "06 98 76 54 30"}
	a := operator.want("check", operator.post("/standard/inscription/verification", typed...), http.StatusOK)
	if !strings.Contains(a.body, "adresse personnelle") || !strings.Contains(a.body, `name="email_confirmed"`) {
		t.Errorf("the agent does not see the warning: %s", main_(a.body))
	}
	a = operator.want("unconfirmed", operator.post("/standard/inscription", typed...), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, `id="email_confirmed-error"`) {
		t.Errorf("no message beside the box: %s", main_(a.body))
	}
	operator.want("confirmed", operator.post("/standard/inscription", append(typed, "email_confirmed", "1")...), http.StatusSeeOther)
}

func TestR47_MailDomainsAreMaintainedOnTheClientsPage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	form := append(contractForm("penmarch"), "mail_domains", "penmarch.example\n @Métallurgie.example \n\npenmarch.example")
	client := admin.want("create", admin.post("/administration/entreprises", form...), http.StatusSeeOther).location()
	if a := admin.want("its page", admin.get(client), http.StatusOK); !strings.Contains(a.body, "penmarch.example\nxn--mtallurgie-b7a.example</textarea>") {
		t.Error("the domains are not on the page, each once and in one form")
	}
	for domain, want := range map[string]string{"orange.fr": "ouvert à tout le monde", "asso.fr": "terminaison", "penmarch": "n’est pas un domaine"} {
		a := admin.want(domain, admin.post(client, append(contractForm("penmarch"), "mail_domains", domain)...), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="mail_domains-error"`) || !strings.Contains(a.body, want) {
			t.Errorf("%s: no reason", domain)
		}
	}
}

// mailsTo counts the mails to an address, after all waiting ones were sent.
func (w *world) mailsTo(t *testing.T, email string) (n int) {
	t.Helper()
	for waiting := 1; waiting > 0; time.Sleep(20 * time.Millisecond) {
		ok(t, w.platform.db.Pool.QueryRow(t.Context(), `
			select count(*) from river_job where kind = 'account_notice' and state in ('available', 'running', 'scheduled', 'retryable', 'pending')`).Scan(&waiting))
	}
	mails, err := embedded.ReadMails(w.mail.Dir())
	ok(t, err)
	for _, m := range mails {
		if strings.Contains(m.To, email) {
			n++
		}
	}
	return n
}

// Two forms in turn could be used to send forty mails in two seconds.
func TestR47_TwoFormsInTurnCannotFloodAnAddressWithMails(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	fields := w.signUpForm()
	var answers []string
	for range 20 {
		v := w.visitor(t)
		a := v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
		b := v.want("another link", v.post("/inscription/renvoi", "email", fields["email"]), http.StatusSeeOther)
		answers = append(answers, a.location()+a.body+b.location()+b.body)
	}
	for i, answer := range answers {
		if answer != answers[0] {
			t.Errorf("answer %d differs: %s", i, answer)
		}
	}
	if n := w.mailsTo(t, fields["email"]); n == 0 || n > 5 {
		t.Errorf("%d mails", n)
	}
}

func TestR7_AChangedIndexKeyIsRefusedAtTheStartInOneLine(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	keys, err := vault.Open(w.platform.db, bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{9}, 32))
	ok(t, err)
	err = w.platform.db.InTx(context.Background(), func(tx postgres.Tx) error {
		_, err := keys.CheckIndex(context.Background(), tx)
		return err
	})
	if !errors.Is(err, vault.ErrIndexKey) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestR3_ALinkSignsInTheBrowserThatSignedUpAndNoOther(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	own, mailbox := w.visitor(t), w.visitor(t)
	for v, want := range map[*visitor]string{own: "/assistants", mailbox: "/connexion"} {
		fields := w.signUpForm()
		right := fields["email"]
		fields["email"] = strings.Replace(right, "@", ".faute@", 1)
		own.want("sign up", own.post("/inscription", pairs(fields)...), http.StatusSeeOther)
		if a := own.want("the page after", own.get("/inscription/validation"), http.StatusOK); !strings.Contains(a.body, fields["email"]) || !strings.Contains(a.body, `action="/inscription/adresse"`) {
			t.Errorf("the address is not shown: %s", main_(a.body))
		}
		if a := mailbox.want("elsewhere", mailbox.get("/inscription/validation"), http.StatusOK); strings.Contains(a.body, fields["email"]) {
			t.Error("another browser sees the address")
		}
		own.want("no address", own.post("/inscription/adresse", "email", "x"), http.StatusUnprocessableEntity)
		mailbox.want("correct elsewhere", mailbox.post("/inscription/adresse", "email", right), http.StatusGone)
		own.want("correct", own.post("/inscription/adresse", "email", right), http.StatusSeeOther)
		token, err := w.tokenFor(t.Context(), right)
		ok(t, err)
		if a := v.want("the link", v.post("/inscription/validation", "token", token), http.StatusSeeOther); a.location() != want {
			t.Errorf("it leads to %s, want %s", a.location(), want)
		}
		if v == own {
			own.want("sign out", own.post("/deconnexion"), http.StatusSeeOther)
		}
	}
}
