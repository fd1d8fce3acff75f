package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// Somebody finds a slot by its day in the month, and joins the waitlist for an earlier one, on
// the smallest phone.
func TestR12_ASlotIsFoundByItsDay(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.signIn(d.person(t, "zoe.vidal@"), "Avec qui voulez-vous parler")
	p.look("/assistants?language=fr", "/au-plus-tot", "/liste-attente")
	p.open("/assistants")
	sheet := p.href(`main a[href^="/assistants/"]`)
	p.look(sheet)
	p.open(sheet)
	p.do("choose a day", chromedp.ScrollIntoView(chromedp.CSS(`.month li:last-child a`)), chromedp.Click(chromedp.CSS(`.month li:last-child a`)), chromedp.WaitVisible(chromedp.CSS(`.day.chosen .slot`)))
	p.checkEveryWidth()
	p.open("/liste-attente")
	p.press("Me prévenir", "Nous vous écrivons dès qu’une heure se libère")
	p.checkEveryWidth()
	p.press("Ne plus attendre", "vous n’attendez plus cette heure")
}
