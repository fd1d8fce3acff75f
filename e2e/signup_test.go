package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/embedded"

	"github.com/chromedp/chromedp"
)

func TestR11_R1_SignUpFromACoBrandedPageOnAPhone(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, 360, true)
	who := somebody()
	p.open("/c/chantiers-du-ponant")
	p.sees("Chantiers du Ponant vous offre ce service")
	p.fill("connection_code", "0000-0000-0000-0001")
	p.press("Continuer", "Un point est à corriger")
	p.sees("Chantiers du Ponant vous offre ce service")
	if said := p.mistake("connection_code"); !strings.Contains(said, "faute de frappe") {
		t.Errorf("the message at the code: %q", said)
	}
	p.fill("connection_code", d.ConnectionCode)
	p.press("Continuer", "Créer votre compte")
	p.arrives("/c/chantiers-du-ponant")
	p.introduce(who)
	p.fill("mobile", "12")
	p.press("Créer mon compte", "Un point est à corriger")
	p.sees("Chantiers du Ponant vous offre ce service")
	p.fill("mobile", "06 98 76 54 32")
	p.fill("password", who.Password)
	p.press("Créer mon compte", "Regardez vos e-mails")
	p.firstSignIn(d.MailDir, who)
	p.arrives("/assistants")
}

// textFor waits for the latest SMS to a number that matches the pattern.
func textFor(t *testing.T, dir, number string, pattern *regexp.Regexp) string {
	t.Helper()
	found := ""
	await(t, "the SMS to "+number, stepTimeout, func() bool {
		texts, err := embedded.ReadSMS(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if text.To == number && pattern.MatchString(text.Text) {
				found = pattern.FindString(text.Text)
				return true
			}
		}
		return false
	})
	return found
}

var sixDigits = regexp.MustCompile(`^\d{6}\b`)

// The switchboard agent types, the person finishes alone: one with an address, one without.
func TestR4_AssistedSignUpToTheFirstSignIn(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	operator := sit(t, browser, d.URL, desktop, true)
	operator.signIn(d.account(t, "switchboard"), "Chercher un compte")
	operator.look("/standard", "/standard/inscription")

	rose := somebody()
	operator.searches("Quiniou")
	operator.press("Inscrire une personne", "Tapez ce que la personne vous dit")
	operator.press("Vérifier", "points sont à corriger")
	operator.checkEveryWidth()
	operator.hears(d.ConnectionCode, "Rose", "06 71 00 20 03")
	operator.fill("email", rose.Email)
	operator.sends("06 71 00 20 03")
	phone := sit(t, browser, d.URL, smallPhone, true)
	phone.open(linkFor(t, d.MailDir, rose.Email))
	phone.checkEveryWidth()
	phone.fill("password", "rose")
	phone.press("Enregistrer et continuer", "Un point est à corriger")
	phone.fill("password", rose.Password)
	phone.press("Enregistrer et continuer", "Encore une chose avant de commencer")
	phone.accepts()
	phone.leave()
	phone.signIn(rose, "Avec qui voulez-vous parler")

	operator.searches("Quiniou")
	operator.press("Inscrire une personne", "Tapez ce que la personne vous dit")
	operator.hears(d.ConnectionCode, "Yvonne", "06 71 00 20 03")
	operator.tick(`[name="no_email"]`)
	operator.sees("Cette personne a peut-être déjà un compte") // while typing
	operator.checkEveryWidth()
	operator.press("Vérifier", "J’ai demandé : c’est quelqu’un d’autre")
	operator.checkEveryWidth()
	operator.press("Corriger", "Tapez ce que la personne vous dit")
	operator.fill("mobile", "0671002004")
	operator.sends("06 71 00 20 04")
	landline := sit(t, browser, d.URL, smallPhone, true)
	landline.open(textFor(t, d.SMSDir, "+33671002004", linkPattern))
	landline.checkEveryWidth()
	landline.press("Ouvrir mon compte", "Encore une chose avant de commencer")
	landline.accepts()
	landline.leave()
	landline.signInBySMS(d.SMSDir)

	operator.open("/standard")
	if opened := eval[int](operator, `[...document.querySelectorAll('main .list li')].filter(line => line.textContent.includes('Compte ouvert')).length`); opened != 2 {
		t.Errorf("%d accounts are counted as opened, want 2", opened)
	}
	operator.checkEveryWidth()
}

func (p *person) searches(name string) {
	p.t.Helper()
	p.open("/standard")
	p.fill("search", name)
	p.press("Chercher", "Chaque compte montré est noté au journal")
	p.checkEveryWidth()
}

// hears types what somebody says on the phone.
func (p *person) hears(code, firstName, mobile string) {
	p.t.Helper()
	p.fill("connection_code", code)
	p.fill("mobile", mobile)
	p.fill("first_name", firstName)
	p.fill("last_name", "Quiniou")
}

// sends confirms what was typed and sends the link.
func (p *person) sends(mobile string) {
	p.t.Helper()
	p.press("Vérifier", "Relisez à voix haute")
	p.sees(mobile)
	p.checkEveryWidth()
	p.press("Ouvrir le compte et envoyer le lien", "La personne termine elle-même")
	p.arrives("/standard")
	p.sees("Lien envoyé, pas encore ouvert")
}

// accepts confirms the age and accepts the texts, which must come first.
func (p *person) accepts() {
	p.t.Helper()
	p.open("/assistants")
	p.arrives("/acceptation")
	p.checkEveryWidth()
	p.press("Continuer", "2 points sont à corriger")
	p.checkEveryWidth()
	p.tick(`[name="adult"]`)
	p.tick(`[name="accept_terms"]`)
	p.press("Continuer", "Avec qui voulez-vous parler")
	p.arrives("/assistants")
}

func (p *person) signInBySMS(dir string) {
	p.t.Helper()
	p.open("/connexion")
	p.press("Recevoir un code par SMS", "Pour les personnes inscrites sans adresse e-mail")
	p.fill("mobile", "06 71 00 20 04")
	p.press("Recevoir un code", "Le code reçu par SMS")
	p.checkEveryWidth()
	right := textFor(p.t, dir, "+33671002004", sixDigits)
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	p.fill("code", wrong)
	p.press("Se connecter", "Un point est à corriger")
	p.fill("code", right)
	p.press("Se connecter", "Avec qui voulez-vous parler")
}

// The manager replaces a code: at once the old one opens no account and the new one does.
func TestR9_R10_TheManagerRotatesACode(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	manager := sit(t, browser, d.URL, desktop, true)
	manager.signIn(d.account(t, "client_manager"), "Votre contrat")
	manager.look("/entreprise", "/entreprise/chiffres", "/entreprise/rapport", "/entreprise/gestionnaires", "/entreprise/api")
	manager.createsAKey()

	manager.open("/entreprise")
	manager.put("expires_on", "2030-12-31")
	manager.fill("max_uses", "2")
	manager.press("Créer le code", "Un point est à corriger")
	manager.fill("max_uses", "")
	manager.fill("label", "Affiche de la cantine")
	manager.press("Créer le code", "il est en tête de la liste")
	manager.checkEveryWidth()
	old := manager.newestCode()
	if head := eval[string](manager, `fetch(document.querySelector('.codes a[href$="/affiche"]').href + '.pdf').then(answer => answer.text()).then(text => text.slice(0, 4))`); head != "%PDF" {
		t.Errorf("the poster begins with %q", head)
	}
	manager.look(manager.href(`.codes a[href$="/courriel"]`), manager.href(`.codes a[href$="/affiche"]`), manager.href(`.codes a[href$="/revocation"]`))
	manager.open("/entreprise")
	manager.press("Remplacer le code "+old, "Remplacer ce code")
	manager.checkEveryWidth()
	manager.put("overlap", "0")
	manager.press("Créer le nouveau code", "Pensez à changer les affiches")
	fresh := manager.newestCode()
	if fresh == old {
		t.Fatal("the code is the same")
	}

	p := sit(t, browser, d.URL, smallPhone, true)
	who := somebody()
	p.open("/c/chantiers-du-ponant")
	p.fill("connection_code", old)
	p.press("Continuer", "Un point est à corriger")
	if said := p.mistake("connection_code"); !strings.Contains(said, "Ce code ne permet pas d’ouvrir un compte") {
		t.Errorf("the message at the old code: %q", said)
	}
	p.fill("connection_code", fresh)
	p.press("Continuer", "Créer votre compte")
	p.introduce(who)
	p.press("Créer mon compte", "Regardez vos e-mails")
	p.firstSignIn(d.MailDir, who)
}

func (p *person) newestCode() string {
	p.t.Helper()
	return run(p, chromedp.Text(chromedp.CSS(".codes .code")))
}

// createsAKey creates a key for a program and revokes it.
func (p *person) createsAKey() {
	p.t.Helper()
	p.fill("name", "Intranet")
	p.put("expires_on", clocktest.Now().AddDate(0, 0, 30).Format(time.DateOnly))
	p.press("Créer la clé", "Voici la clé")
	p.checkEveryWidth()
	p.press("Retirer", "elle n’ouvre plus rien")
}
