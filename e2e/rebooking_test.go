package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/embedded"
)

// proposalsFor waits for the mail that offers other slots in place of an appointment, and
// returns its link.
func proposalsFor(t *testing.T, dir, appointment string) (link string) {
	t.Helper()
	await(t, "the mail with other hours", 20*time.Second, func() bool {
		mails, err := embedded.ReadMails(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mails {
			for line := range strings.Lines(m.Text) {
				if strings.HasSuffix(strings.TrimSpace(line), appointment+"/propositions") {
					link = strings.TrimSpace(line)
				}
			}
		}
		return link != ""
	})
	return link
}

// A worker cancels an appointment; the person follows the link in the mail, signs in on the
// way, and books another slot with one press.
func TestR20_AWorkerCancelsAndThePersonRebooksFromTheMail(t *testing.T) {
	t.Parallel()
	d := demo(t)
	workerAccount, _ := awake(t, d)
	amina := sit(t, sharedBrowser(t), d.URL, 360, true)
	worker := sit(t, sharedBrowser(t), d.URL, desktop, true)
	who := amina.signUp(d.MailDir, d.ConnectionCode)
	sheet := findWorker(amina, workerAccount)
	amina.open(sheet + "?mode=phone&week=" + weekOf(clocktest.Now().AddDate(0, 0, 14)))
	hours := eval[[]string](amina, `[...document.querySelectorAll('[name="starts_at"]')].slice(-3).map(h => h.value)`)
	appointment := amina.book(sheet, "phone", hours[0])
	amina.book(sheet, "phone", hours[1])
	last, err := time.Parse(time.RFC3339, hours[1])
	if err != nil {
		t.Fatal(err)
	}

	worker.signIn(workerAccount, "Semaine du")
	span := url.Values{"from": {hours[0]}, "to": {last.Add(time.Hour).Format(time.RFC3339)}}.Encode()
	worker.open("/agenda/annulations")
	worker.open("/agenda/annulations?" + span)
	worker.checkEveryWidth()
	worker.checkAccessibility()
	worker.fill("explanation", "Je suis souffrante, pardon.")
	worker.press("Continuer", "sera prévenue")
	worker.checkAccessibility()
	worker.press("Annuler 2 rendez-vous", "C’est annulé")

	link := proposalsFor(t, d.MailDir, appointment)
	fresh := sit(t, sharedBrowser(t), d.URL, 360, true) // the mail is opened on another phone
	fresh.open(strings.TrimPrefix(link, d.URL))
	fresh.fill("email", who.Email)
	fresh.fill("password", who.Password)
	fresh.press("Se connecter", "D’autres heures pour vous")
	fresh.sees("Je suis souffrante, pardon.")
	fresh.checkEveryWidth()
	fresh.checkAccessibility()
	offered := eval[string](fresh, `document.querySelector('[name="offer"]').textContent.split(',')[0].replaceAll('\u00a0', ' ')`)
	fresh.press(offered, "C’est réservé")
	if status := fresh.status(); status != "confirmed" {
		t.Errorf("the new appointment is %q", status)
	}
	fresh.open(strings.TrimPrefix(link, d.URL)) // the link leads to the new appointment
	fresh.sees("Confirmé")
}
