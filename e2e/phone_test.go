package e2e

import (
	"fmt"
	"testing"
	"time"

	"socialdirect/internal/clocktest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// phone is the width of most phones, in CSS pixels.
const phone = 360

// seen counts the elements of a selector that are shown.
func (p *person) seen(selector string) int {
	p.t.Helper()
	return eval[int](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).length`, selector))
}

// On a phone a worker reads today before the week, and the eight places of the agenda are
// behind one button, which works without a script.
func TestR41_OnAPhoneTheAgendaBeginsWithTodayAndFoldsItsPlaces(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, phone, false)
	p.signIn(d.person(t, "marc.dupuis@"), "Semaine du")
	places := ".agenda-places a"
	if folded, all := p.seen(places), eval[int](p, `document.querySelectorAll('.agenda-fold .agenda-places a').length`); folded != 0 || all != 8 {
		t.Errorf("%d of %d places are shown before the button is pressed", folded, all)
	}
	if !eval[bool](p, `(() => {
		const top = selector => document.querySelector(selector).getBoundingClientRect().top;
		return document.querySelector('#aujourdhui').checkVisibility() && top('#aujourdhui') < innerHeight
			&& top('#aujourdhui') < top('.agenda-fold') && top('#aujourdhui') < top('#agenda');
	})()`) {
		t.Error("today does not come first")
	}
	p.do("unfold", chromedp.Click(chromedp.CSS(".agenda-fold > summary")))
	if shown := p.seen(places); shown != 8 {
		t.Errorf("the button shows %d places", shown)
	}
	p.check()
	p.tick(`.agenda-fold a[href="/agenda/ouvertures"]`)
	p.sees("Ajouter une plage")
	p.resize(desktop)
	p.open("/agenda")
	if shown, today := p.seen(places), p.seen("#aujourdhui"); shown != 8 || today != 0 {
		t.Errorf("a wide screen shows %d places, and today %d times beside the week", shown, today)
	}
}

// The button says what it does in its own words, works with the keyboard, and hides the
// password again; without a script there is none.
func TestR2_APasswordIsShownAndHiddenByAButton(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	p := sit(t, browser, d.URL, phone, true)
	button := `button[data-reveal="password"]`
	for _, path := range []string{"/connexion", "/inscription"} {
		p.open(path)
		p.fill("password", "Tilleul-phare-7")
		p.do("wait for the button", chromedp.WaitVisible(chromedp.CSS(button)))
		state := func() string {
			return eval[string](p, fmt.Sprintf(`document.getElementById('password').type + ': ' + document.querySelector(%q).textContent.replaceAll('\u00a0', ' ')`, button))
		}
		hidden, shown := "password: Afficher le mot de passe : Mot de passe", "text: Masquer le mot de passe : Mot de passe"
		if got := state(); got != hidden {
			t.Errorf("%s, at first: %q", path, got)
		}
		p.tabTo(button)
		p.keys(kb.Enter)
		if got := state(); got != shown {
			t.Errorf("%s, after Enter: %q", path, got)
		}
		if value := run(p, chromedp.Value(chromedp.CSS(`[name="password"]`))); value != "Tilleul-phare-7" {
			t.Errorf("%s: the field holds %q", path, value)
		}
		p.check()
		p.keys(" ")
		if got := state(); got != hidden {
			t.Errorf("%s, after the space bar: %q", path, got)
		}
		p.tick(button)
		if got := state(); got != shown {
			t.Errorf("%s, after a click: %q", path, got)
		}
	}
	plain := sit(t, browser, d.URL, phone, false)
	plain.open("/connexion")
	if plain.seen("button[data-reveal]") != 0 {
		t.Error("without a script, a button is shown that does nothing")
	}
}

// toldInView checks that the success message is within the window, and the page opened at the
// top or at the part that the form names.
func (p *person) toldInView(what string) {
	p.t.Helper()
	box := eval[[]float64](p, `(() => {
		const box = document.querySelector('main > .flash[role="status"]').getBoundingClientRect();
		return [box.top, box.bottom, innerHeight];
	})()`)
	if box[0] < 0 || box[1] > box[2] {
		p.t.Errorf("%s: the message is from %.0f to %.0f in a window of %.0f", what, box[0], box[1], box[2])
	}
}

// pressLow presses a button that is more than a window below the top of the page.
func (p *person) pressLow(button, then string) {
	p.t.Helper()
	low := eval[bool](p, fmt.Sprintf(`[...document.querySelectorAll('main button')].some(b => b.textContent.trim() === %q && b.getBoundingClientRect().top + scrollY > innerHeight)`, button))
	if !low {
		p.t.Errorf("%s is not low on %s", button, p.address())
	}
	p.press(button, then)
}

// After a form that is low on a long page the success is in view, also where the page opens at
// one of its parts, with and without scripts.
func TestLook_TheSuccessOfAFormIsInViewOnAPhone(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	worker := sit(t, browser, d.URL, phone, false)
	worker.signIn(d.person(t, "marc.dupuis@"), "Semaine du")
	worker.open("/profil/fiche")
	worker.pressLow("Enregistrer", "C’est enregistré")
	worker.toldInView("a profile sheet")
	worker.open("/agenda/reglages")
	worker.press("Enregistrer", "C’est enregistré")
	worker.toldInView("settings")

	person := sit(t, browser, d.URL, phone, true)
	person.signIn(d.account(t, "beneficiary"), "Avec qui voulez-vous parler")
	person.open("/messages")
	person.do("open the conversation", chromedp.Click(chromedp.CSS(`main a[href^="/messages/"]`)), chromedp.WaitReady(chromedp.CSS(`[name="body"]`)))
	person.fill("body", "Merci pour tout.")
	person.press("Envoyer", "Votre message est envoyé")
	if !eval[bool](person, `location.hash === '#dernier'`) {
		t.Errorf("the page opens at %s", person.address())
	}
	person.toldInView("a message")

	admin := sit(t, browser, d.URL, phone, true)
	admin.signIn(d.account(t, "administrator"), "Administration")
	admin.open("/administration?q=estuaires")
	admin.open(admin.href(`main a[href^="/administration/entreprises/"]`))
	admin.put("expires_on", clocktest.Now().AddDate(0, 0, 30).Format(time.DateOnly))
	admin.pressLow("Créer le code", "Le nouveau code est prêt")
	if !eval[bool](admin, `location.hash === '#codes'`) {
		t.Errorf("the page opens at %s", admin.address())
	}
	admin.toldInView("a new code")
}
