package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tabTo moves the focus with the Tab key to the element of selector, as somebody without a
// mouse does, and checks that the focus is visible.
func (p *person) tabTo(selector string) {
	p.t.Helper()
	for range 80 {
		p.do("Tab", chromedp.KeyEvent(kb.Tab))
		if eval[bool](p, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			if !eval[bool](p, `(() => {
				const e = document.activeElement, shown = e.matches('.slot input') ? e.nextElementSibling : e;
				return getComputedStyle(shown).outlineStyle !== 'none';
			})()`) {
				p.t.Errorf("%s has the focus and does not show it", selector)
			}
			return
		}
	}
	p.t.Fatalf("Tab never reaches %s on %s", selector, p.address())
}

func (p *person) keys(text string) {
	p.t.Helper()
	p.do("type", chromedp.KeyEvent(text))
}

// pressKey activates the focused element and waits for the page after it.
func (p *person) pressKey(key, then string) {
	p.t.Helper()
	p.keys(key)
	p.sees(then)
}

func TestR12_TheKeyboardAloneBooksAnHour(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, desktop, true)
	var paul account
	for _, a := range d.Accounts {
		if a.Role == "beneficiary" {
			paul = a // the last one: the first has a current call
		}
	}
	p.open("/connexion")
	p.tabTo(`[name="email"]`)
	p.keys(paul.Email)
	p.tabTo(`[name="password"]`)
	p.keys(paul.Password)
	p.pressKey(kb.Enter, "Avec qui voulez-vous parler")
	p.tabTo(`main a[href^="/assistants/"]`)
	p.pressKey(kb.Enter, "Quand vous arrange-t-il")
	p.tabTo(`.pager a[href*="week="]:last-child`) // this week may have no slot left
	p.pressKey(kb.Enter, "Semaine précédente")
	p.tabTo(`[name="starts_at"]`)
	p.keys(kb.ArrowRight)
	p.tabTo(`main form button`)
	p.pressKey(kb.Enter, "Tout est juste")
	p.tabTo(`[name="reason"]`)
	p.keys(kb.ArrowDown)
	p.tabTo(`main form button`)
	p.pressKey(kb.Enter, "C’est réservé")
}

// keyedIn signs a member of staff in with the keyboard alone.
func (p *person) keyedIn(who account, home string) {
	p.t.Helper()
	p.open("/connexion")
	p.tabTo(`[name="email"]`)
	p.keys(who.Email)
	p.tabTo(`[name="password"]`)
	p.keys(who.Password)
	p.pressKey(kb.Enter, "code de votre téléphone")
	p.tabTo(`[name="code"]`)
	p.keys(code(p.t, who.TOTPSecret))
	p.pressKey(kb.Enter, home)
}

// What each member of staff does first, with the keyboard alone and without a script.
func TestR12_StaffWorkWithTheKeyboardAloneAndWithoutAScript(t *testing.T) {
	t.Parallel()
	d := demo(t)
	for _, c := range []struct {
		who, home   string
		from        string
		focus, text string // what has the focus, and what is typed there
		then        string
	}{
		{"standard@", "Chercher un compte", "/standard", `[name="search"]`, "Hoarau", "Hoarau"},
		{"jeanne.kervella@", "Votre contrat", "/entreprise", `main a[href^="/entreprise/rapport"]`, "", "Rapport de l’année"},
		{"claire.morvan@", "Administration", "/administration", `[name="q"]`, "estuaires", "1 entreprise porte ce nom"},
		{"hugo.lemaire@", "Protection des données", "/protection-des-donnees", `main a[href="/protection-des-donnees/journal"]`, "", "Chercher dans le journal"},
		{"lea.payet@", "Semaine du", "/agenda", `main a[href="/agenda/aujourdhui"]`, "", "Aujourd’hui,"},
	} {
		t.Run(c.who, func(t *testing.T) {
			p := sit(t, sharedBrowser(t), d.URL, phone, false)
			p.keyedIn(d.person(t, c.who), c.home)
			p.open(c.from)
			p.tabTo(c.focus)
			if c.text != "" {
				p.keys(c.text)
			}
			p.pressKey(kb.Enter, c.then)
			p.check()
		})
	}
}
