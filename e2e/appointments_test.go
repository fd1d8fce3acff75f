package e2e

import (
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"

	"github.com/chromedp/chromedp"
)

// weekOf returns the week of an instant in Paris, in the format of addresses.
func weekOf(at time.Time) string {
	year, week := at.In(paris).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // the zones are embedded
	}
	return zone
}()

// choose clicks the first available slot on the page.
func (p *person) choose() {
	p.t.Helper()
	hour := chromedp.CSS(`[name="starts_at"] + span`)
	p.do("choose an hour", chromedp.ScrollIntoView(hour), chromedp.Click(hour))
}

// ask takes the first available slot of the week after next to the last step, and presses the
// button with the given text.
func (p *person) ask(sheet, words, then string) (appointment string) {
	p.t.Helper()
	p.open(sheet + "?mode=video&week=" + weekOf(clocktest.Now().AddDate(0, 0, 14)))
	p.choose()
	p.press("Continuer", "Tout est juste")
	p.put("reason", "caregiving")
	p.press(words, then)
	return strings.TrimPrefix(p.address(), p.base)
}

func (p *person) status() string {
	p.t.Helper()
	return run(p, chromedp.AttributeValue(chromedp.CSS("main [data-status]"), "data-status")).Value
}

// Moving and late cancelling, after which the next booking is a request that is answered.
func TestR18_R19_MovingThenALateCancellationThenARequestAndItsAnswer(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	amina, marc := sit(t, browser, d.URL, 360, true), sit(t, browser, d.URL, desktop, true)
	amina.signUp(d.MailDir, d.ConnectionCode)
	marc.signIn(d.person(t, "marc.dupuis@"), "Semaine du")
	amina.open("/assistants")
	sheet := eval[string](amina, `[...document.querySelectorAll('.sheet')].find(s => s.textContent.includes('Marc Dupuis')).querySelector('a[href^="/assistants/"]').getAttribute('href').split('?')[0]`)

	moved := amina.ask(sheet, "Réserver ce rendez-vous", "C’est réservé")
	before := run(amina, chromedp.Text(chromedp.CSS("h1")))
	amina.press("Déplacer", "Déplacer ce rendez-vous")
	amina.sees("C’est possible librement jusqu’au")
	amina.checkEveryWidth()
	amina.choose()
	amina.press("Continuer", "Heure actuelle")
	amina.checkEveryWidth()
	amina.press("Déplacer le rendez-vous", "Le rendez-vous est déplacé")
	amina.arrives(moved)
	if after := run(amina, chromedp.Text(chromedp.CSS("h1"))); after == before || amina.status() != "confirmed" {
		t.Errorf("moved from %s to %s, %s", before, after, amina.status())
	}

	soon := amina.book(sheet, "video", "")
	amina.press("Annuler ce rendez-vous", "Annuler ce rendez-vous ?")
	amina.sees("La limite était le")
	amina.sees("Passer au téléphone")
	amina.checkEveryWidth()
	amina.press("Annuler le rendez-vous", "Le rendez-vous est annulé")
	amina.arrives(soon)
	if got := amina.status(); got != "cancelled_late" {
		t.Errorf("after a late cancellation it is %q", got)
	}

	asked := amina.ask(sheet, "Envoyer la demande", "La demande est envoyée")
	if got := amina.status(); got != "requested" {
		t.Errorf("the request is %q", got)
	}
	marc.open("/agenda")
	marc.open(asked)
	marc.sees("Votre réponse")
	marc.checkEveryWidth()
	marc.press("Accepter", "C’est accepté")
	marc.press("Effacer cette note", "C’est effacé")
	marc.look(asked + "/signalement")
	marc.isNamedWhoIsBooked()
	amina.look("/profil/notifications", "/liste-attente")
	amina.lookRefused("/rendez-vous/nouveau?mode=video&starts_at=2030-01-01T03:30:00Z&social_worker_id="+path.Base(sheet), 422) // the agenda is shown again
	amina.open(asked)
	if got := amina.status(); got != "confirmed" {
		t.Errorf("after its answer it is %q", got)
	}
	amina.press("Dire ce dont j’ai besoin", "Ce dont vous avez besoin")
	amina.checkEveryWidth()
	amina.fill("interpreter", "langue des signes")
	amina.press("Enregistrer", "C’est enregistré")
	amina.sees("langue des signes")
	marc.open(marc.follows(asked))
	marc.checkEveryWidth()
}

// isNamedWhoIsBooked checks that a worker who enters an absence sees the affected
// appointments.
func (p *person) isNamedWhoIsBooked() {
	p.t.Helper()
	p.open("/agenda/absences")
	p.put("first_day", clocktest.Now().AddDate(0, 0, 1).Format(time.DateOnly))
	p.put("last_day", clocktest.Now().AddDate(0, 0, 40).Format(time.DateOnly))
	p.press("Ajouter cette absence", "Rien n’est encore changé")
	p.checkEveryWidth()
}

// follows returns the page where a worker books for the person of an appointment.
func (p *person) follows(appointment string) string {
	p.t.Helper()
	p.open(appointment)
	return eval[string](p, `document.querySelector('main a[href^="/beneficiaires/"]').getAttribute('href')`)
}

// The switchboard's pages of a person, at every width.
func TestR12_TheSwitchboardsPagesOfAPersonAreAccessible(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, 360, true)
	for _, a := range d.Accounts {
		if a.Role == "switchboard" {
			p.signIn(a, "Chercher un compte")
		}
	}
	p.fill("search", "vidal")
	p.press("Chercher", "y ressemble")
	p.press("Rendez-vous", "Prendre un rendez-vous")
	p.checkEveryWidth()
	p.press("Marc Dupuis", "Une heure pour")
	p.checkEveryWidth()
	p.press("Semaine suivante", "Une heure pour") // she already has an appointment in this one
	p.choose()
	p.press("Continuer", "Tout est juste")
	p.checkEveryWidth()
	p.put("reason", "caregiving")
	p.press("Réserver ce rendez-vous", "C’est réservé")
	p.look(p.href(`main a[href$="/deplacement"]`))
	p.press("Ne rien changer", "Rendez-vous à venir")
	p.look(p.href(`main a[href$="/annulation"]`))
	p.press("Le garder", "Rendez-vous à venir")
	p.look("/standard/notifications", "/standard/rappels", "/standard/tests")
}
