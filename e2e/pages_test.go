package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// href returns the address of the first matching link; without one the test fails.
func (p *person) href(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`document.querySelector(%q).getAttribute('href')`, selector))
}

func TestPublicPagesAreAccessibleAtEveryWidth(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.look("/", "/comment-ca-marche", "/qui-sommes-nous", "/conditions", "/confidentialite", "/mentions-legales", "/accessibilite", "/cookies",
		"/inscription", "/inscription/code", "/inscription/validation", "/inscription/renvoi", "/connexion", "/connexion/sms", "/mot-de-passe/oubli", "/rappel", "/rappel/merci", "/test-appel", "/c/chantiers-du-ponant", "/demo/courriels")
	p.lookRefused("/nulle-part", http.StatusNotFound)
	p.lookRefused("/invitation", http.StatusGone)
	p.lookRefused("/mot-de-passe/nouveau", http.StatusGone)
	p.open("/mot-de-passe/oubli")
	p.fill("email", "personne@exemple.fr")
	p.press("Envoyer le lien", "Si un compte existe avec cette adresse")
	p.checkEveryWidth()
}

// The page of a test in each of its states, and the reports of the switchboard.
func TestR27_TheTestOfACallIsAccessibleAtEveryWidth(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	p := sit(t, browser, d.URL, smallPhone, true)
	p.look("/test-appel")
	p.press("Commencer le test", "Le son et l’image, aller et retour")
	p.sees("Le test est fini")
	p.checkEveryWidth()
	p.press("Jouer un son", "Avez-vous entendu le son")
	p.checkEveryWidth()
	p.press("Non", "Montez le volume")
	p.press("Envoyer au standard", "il voit alors les résultats")
	p.checkEveryWidth()
	operator := sit(t, browser, d.URL, desktop, true)
	operator.signIn(d.account(t, "switchboard"), "Chercher un compte")
	operator.look("/standard/tests")
	operator.sees("son non entendu")
	still := sit(t, browser, d.URL, smallPhone, false)
	still.look("/test-appel")
	still.sees("Sans JavaScript")
	still.sees("Être rappelé")
}

func TestAdministrationIsAccessibleAtEveryWidth(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, desktop, true)
	p.signIn(d.account(t, "administrator"), "Administration")
	p.look("/administration", "/administration/assistants", "/administration/motifs", "/administration/textes", "/administration/chiffres", "/administration/signalements",
		"/administration/comptes", "/administration/doubles", "/administration/comptes/invitation", "/profil", "/profil/securite", "/profil/securite/codes")

	p.open("/administration")
	company := p.href(`main a[href^="/administration/entreprises/"]`)
	p.look(company)
	for _, page := range []string{"revocation", "remplacement", "courriel"} {
		p.open(company)
		p.look(eval[string](p, fmt.Sprintf(`document.querySelector('.codes a').getAttribute('href').replace(/[^/]*$/, %q)`, page)))
	}
	p.open("/administration/assistants")
	worker := p.href(`main a[href^="/administration/assistants/"]`)
	p.look(worker, worker+"/annulations")
	p.readsAccounts()
	p.draftsText()
	if status, _, err := get(d.URL + "/readyz"); err != nil || status != http.StatusOK {
		t.Errorf("ready: %d, %v", status, err)
	}
}

// readsAccounts finds somebody and checks the page of every possible decision, including the
// refused form; it takes none.
func (p *person) readsAccounts() {
	p.t.Helper()
	p.open("/administration/comptes")
	p.fill("q", "Hoarau")
	p.press("Chercher", "Hoarau")
	account := p.href(`main .list a[href^="/administration/comptes/"]`)
	p.look(account)
	for _, path := range eval[[]string](p, `[...document.querySelectorAll('a[href*="/decision"]')].map(a => a.getAttribute('href'))`) {
		p.look(path)
	}
	p.open(account + "/decision?act=suspend")
	p.do("decide without a reason", chromedp.Click(chromedp.CSS(`main form button.button`)))
	p.sees("Un point est à corriger")
	p.checkEveryWidth()
	p.open("/administration/comptes")
	p.fill("q", "kervella")
	p.press("Chercher", "Kervella")
	account = p.href(`main .list a[href^="/administration/comptes/"]`)
	p.look(account, account+"/double-verification")
}

// draftsText prepares a version of the terms, previews it and discards it.
func (p *person) draftsText() {
	p.t.Helper()
	p.look("/administration/textes/conditions")
	p.fill("changes", "Une phrase plus claire.")
	p.press("Enregistrer et voir l’aperçu", "Aperçu du brouillon")
	p.checkEveryWidth()
	p.look("/administration/textes/conditions", "/administration/textes")
	p.open("/administration/textes/conditions/apercu")
	p.press("Supprimer le brouillon", "Préparer une nouvelle version")
}

func TestAWorkersPagesAreAccessibleAtEveryWidth(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.signIn(d.person(t, "marc.dupuis@"), "Semaine du")
	p.look("/profil/fiche", "/profil", "/profil/securite", "/profil/securite/cles", "/profil/securite/codes",
		"/agenda", "/agenda/aujourdhui", "/agenda/rendez-vous", "/agenda/ouvertures", "/agenda/ouvertures/copie", "/agenda/absences", "/agenda/reglages", "/agenda/fuseau", "/agenda/fuseau?zone=America/Cayenne", "/agenda/calendriers", "/agenda/abonnement", "/rendez-vous", "/messages", "/profil/notifications/messages")
}

// newLink is the path of the link that the page shows.
func (p *person) newLink() string {
	p.t.Helper()
	return strings.TrimPrefix(eval[string](p, `document.querySelector('.code code').textContent`), p.base)
}

// call returns the address of the call that is open.
func (p *person) call() string {
	p.t.Helper()
	p.open("/rendez-vous")
	for _, path := range eval[[]string](p, `[...document.querySelectorAll('main a[href^="/rendez-vous/"]')].map(a => a.getAttribute('href'))`) {
		p.open(path)
		if eval[bool](p, `document.querySelector('main a[href$="/appel"]') !== null`) {
			return path + "/appel"
		}
	}
	p.t.Fatal("no call is going on")
	return ""
}
