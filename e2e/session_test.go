package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// endSessions ends a person's sessions as idle.
func (d *demonstration) endSessions(t *testing.T, email string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	tag, err := conn.Exec(t.Context(), `update sessions set seen_at = seen_at - interval '9 hours' where account_id = (select id from accounts where email = $1)`, email)
	if err != nil || tag.RowsAffected() == 0 {
		t.Fatal(tag, err)
	}
}

// An open page empties itself when its session ends, and what was being typed is found after
// signing in.
func TestR12_AnEndedSessionEmptiesThePage(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	who := p.signUp(d.MailDir, d.ConnectionCode)
	p.open("/profil")
	p.fill("first_name", "Aminata")
	d.endSessions(t, who.Email)
	p.do("the end is noticed", chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("session-ended"))`))
	p.sees("Votre session est fermée")
	p.check()
	if left := eval[string](p, `document.documentElement.textContent`); strings.Contains(left, "Kaci") || strings.Contains(left, who.Email) {
		t.Errorf("the page still shows the person: %s", left)
	}
	if !eval[bool](p, `document.querySelector('a.exit') !== null && document.querySelector('a.tel') !== null && document.querySelector('.bar nav') === null`) {
		t.Error("the number to call and the way out are not all that stays of the head")
	}
	if focused := eval[string](p, `document.activeElement.textContent`); focused != "Votre session est fermée" {
		t.Errorf("the focus is on %q", focused)
	}
	p.press("Se connecter", "Mot de passe")
	p.fill("email", who.Email)
	p.fill("password", who.Password)
	p.press("Se connecter", "Voici ce que vous aviez écrit")
	if name := eval[string](p, `document.querySelector('[name=first_name]').value`); name != "Aminata" {
		t.Errorf("what was typed is lost: %q", name)
	}
	p.press("Enregistrer", "C’est enregistré")
}

// While the network is away, nobody can say whether the session goes on: from its last known
// end on the page is hidden, and it comes back with the network, as it was.
func TestR12_APageWithoutNetworkIsHiddenAfterTheKnownEndOfItsSession(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.signUp(d.MailDir, d.ConnectionCode)
	p.open("/profil")
	p.fill("first_name", "Aminata")
	p.do("the network goes and a day passes", chromedp.Evaluate[chromedp.Void](`
		window.online = window.fetch;
		window.fetch = () => Promise.reject(new TypeError("no network"));
		window.today = Date.now;
		Date.now = () => window.today() + 86_400_000;
		document.dispatchEvent(new Event("session-ended"))`))
	p.sees("La connexion est coupée")
	p.check()
	if left := eval[string](p, `document.body.textContent`); strings.Contains(left, "Kaci") {
		t.Errorf("the page still shows the person: %s", left)
	}
	p.do("the network comes back", chromedp.Evaluate[chromedp.Void](`
		window.fetch = window.online;
		Date.now = window.today;
		document.dispatchEvent(new Event("session-ended"))`))
	p.sees("Enregistrer")
	if name := eval[string](p, `document.querySelector('[name=first_name]').value`); name != "Aminata" {
		t.Errorf("what was typed is lost: %q", name)
	}
}
