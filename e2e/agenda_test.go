package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// farWeek returns a week in which no other test books, and its Wednesday.
func farWeek() (path string, wednesday time.Time) {
	day := clocktest.Now().UTC().AddDate(0, 0, 7*9)
	day = day.AddDate(0, 0, int(time.Wednesday-day.Weekday()))
	year, week := day.ISOWeek()
	return fmt.Sprintf("/agenda?week=%d-W%02d", year, week), day
}

// at returns the middle of a column of the week at a minute of the day.
func (p *person) at(day time.Time, minute int) (x, y float64) {
	p.t.Helper()
	point := eval[[]float64](p, fmt.Sprintf(`(() => {
		const grid = document.getElementById('agenda');
		const box = grid.querySelector('#jour-%s .agenda-items').getBoundingClientRect();
		const from = 60 * grid.dataset.from, until = 60 * grid.dataset.until;
		return [box.left + box.width / 2, box.top + (%d - from) / (until - from) * box.height];
	})()`, day.Format(time.DateOnly), minute))
	return point[0], point[1]
}

// drag presses the mouse button at one point and releases it at another.
func (p *person) drag(x, y, toX, toY float64) {
	p.t.Helper()
	left := chromedp.Button("left")
	p.do("drag",
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, left, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (x+toX)/2, (y+toY)/2, left),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, toX, toY, left),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, toX, toY, left, chromedp.ClickCount(1)))
}

// drawing selects an opening that is being drawn.
const drawing = ".agenda-ghost, dialog[open]"

// asked waits for the dialog and checks that it shows the drawn times.
func (p *person) asked(starts, ends string) {
	p.t.Helper()
	p.do("see the dialog", chromedp.WaitVisible(chromedp.CSS(`dialog[open] [name="starts"]`)))
	got := run(p, chromedp.Value(chromedp.CSS(`dialog [name="starts"]`))) + " " + run(p, chromedp.Value(chromedp.CSS(`dialog [name="ends"]`)))
	if got != starts+" "+ends {
		p.t.Errorf("the dialog shows %s, want %s %s", got, starts, ends)
	}
	p.check()
}

// shows checks that a day of the week has an opening of these minutes.
func (p *person) shows(day time.Time, starts, ends int) {
	p.t.Helper()
	selector := fmt.Sprintf(`#jour-%s [data-starts="%d"][data-ends="%d"]`, day.Format(time.DateOnly), starts, ends)
	p.do(selector, chromedp.WaitReady(chromedp.CSS(selector)))
	if p.script {
		p.do("see that the script has begun", chromedp.WaitReady(chromedp.CSS(".agenda-tools button")))
	}
}

// saved presses a button of the dialog and waits for the week after it.
func (p *person) saved(button string) {
	p.t.Helper()
	p.press(button, "C’est enregistré")
}

// clearWithoutScript does the same with forms: without a script, it excludes a day from a
// weekly opening and changes the times of another.
func (p *person) clearWithoutScript(week string, wednesday time.Time) {
	p.t.Helper()
	p.open(week)
	p.do("open the opening", chromedp.Click(chromedp.CSS(fmt.Sprintf(`#jour-%s .open a`, wednesday.Format(time.DateOnly)))))
	p.sees("Que changez-vous ?")
	p.check()
	p.press("Enregistrer", "Dites si vous changez chaque semaine, ou ce jour seulement.")
	p.press("Supprimer : seulement le mercredi", "C’est supprimé")
	p.open(week)
	thursday := wednesday.AddDate(0, 0, 1)
	p.do("open the next day's", chromedp.Click(chromedp.CSS(fmt.Sprintf(`#jour-%s .open a`, thursday.Format(time.DateOnly)))))
	p.sees("Que changez-vous ?")
	p.tick(`[name="scope"][value="day"]`)
	p.put("starts", "10:00")
	p.put("ends", "10:20")
	p.press("Enregistrer", "Une plage dure une heure au moins")
	p.put("ends", "12:00")
	p.press("Enregistrer", "C’est enregistré")
	p.open(week)
	p.shows(thursday, 600, 720)
	p.shows(thursday.AddDate(0, 0, 1), 480, 1200)
}

func TestR41_AnOpeningIsDrawnWithTheMouseTheKeyboardAndAFinger(t *testing.T) {
	t.Parallel()
	d := demo(t)
	week, wednesday := farWeek()
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, false)
	p.signIn(d.person(t, "marc.dupuis@"), "Semaine du")
	p.clearWithoutScript(week, wednesday)
	p.allowScripts()
	p.resize(desktop)
	p.drawWithMouse(week, wednesday)
	p.drawWithKeyboard(week, wednesday)
	p.drawWithAFinger(week, wednesday)
	p.checkEveryWidth()
}

// allowScripts enables scripts in pages that are opened from now on.
func (p *person) allowScripts() {
	p.t.Helper()
	p.script = true
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) drawWithMouse(week string, wednesday time.Time) {
	p.t.Helper()
	p.open(week)
	p.do("see the whole grid", chromedp.EmulateViewport(p.width, 1600))
	x, y := p.at(wednesday, 9*60)
	_, toY := p.at(wednesday, 11*60+30)
	p.drag(x, y, x, toY)
	p.asked("09:00", "11:30")
	p.press("Ajouter cette plage", "Choisissez un jour.") // the dialog shows what is missing
	p.tick(`dialog [name="weekday"][value="0"]`)
	p.saved("Ajouter cette plage")
	p.shows(wednesday, 540, 690)

	x, y = p.at(wednesday, 11*60+25) // its lower edge
	_, toY = p.at(wednesday, 12*60+30)
	p.drag(x, y, x, toY)
	p.asked("09:00", "12:30")
	p.saved("Enregistrer")
	p.shows(wednesday, 540, 750)

	x, y = p.at(wednesday, 10*60)
	_, toY = p.at(wednesday, 14*60)
	p.drag(x, y, x, toY)
	p.asked("13:00", "16:30")
	p.saved("Enregistrer")
	p.shows(wednesday, 780, 990)
}

func (p *person) drawWithKeyboard(week string, wednesday time.Time) {
	p.t.Helper()
	p.open(week)
	p.tabTo(".agenda-tools button")
	p.keys(kb.Enter + strings.Repeat(kb.ArrowRight, 2) + kb.ArrowDown) // Monday at 9 to Wednesday at 9:30
	p.shiftKey(kb.ArrowDown)
	if words := eval[string](p, `document.activeElement.getAttribute('aria-label')`); !strings.Contains(words, "mercredi") || !strings.Contains(words, "de 9\u00a0h\u00a030 à 11\u00a0h") {
		p.t.Errorf("a screen reader announces %q", words)
	}
	p.keys(kb.Enter)
	p.asked("09:30", "11:00")
	p.tabTo(`dialog [name="weekday"]`)
	p.keys(kb.ArrowDown) // that day only
	p.tabTo(`dialog .actions button`)
	p.keys(kb.Enter)
	p.sees("C’est enregistré")
	p.shows(wednesday, 570, 660)

	p.tabTo(fmt.Sprintf(`#jour-%s [data-starts="570"] a`, wednesday.Format(time.DateOnly)))
	p.keys(kb.ArrowUp + kb.ArrowUp)
	p.keys(kb.Escape)
	p.do("see the drawing go", chromedp.WaitNotPresent(chromedp.CSS(drawing)))
	p.shows(wednesday, 570, 660)
	p.keys(kb.ArrowUp + kb.Enter)
	p.asked("09:00", "10:30")
	p.tabTo(`dialog .actions button`)
	p.keys(kb.Enter)
	p.sees("C’est enregistré")
	p.shows(wednesday, 540, 630)
	p.resizeWithKeyboard(wednesday)
}

// resizeWithKeyboard moves the end of an existing opening with the keyboard; its start does
// not change.
func (p *person) resizeWithKeyboard(wednesday time.Time) {
	p.t.Helper()
	p.tabTo(fmt.Sprintf(`#jour-%s [data-starts="540"] a`, wednesday.Format(time.DateOnly)))
	p.shiftKey(kb.ArrowDown)
	p.shiftKey(kb.ArrowDown)
	p.shiftKey(kb.ArrowUp)
	if words := eval[string](p, `document.activeElement.getAttribute('aria-label')`); !strings.Contains(words, "mercredi") || !strings.Contains(words, "de 9\u00a0h à 11\u00a0h") {
		p.t.Errorf("a screen reader announces %q", words)
	}
	p.keys(kb.Enter)
	p.asked("09:00", "11:00")
	p.tabTo(`dialog .actions button`)
	p.keys(kb.Enter)
	p.sees("C’est enregistré")
	p.shows(wednesday, 540, 660)
}

func (p *person) shiftKey(key string) {
	p.t.Helper()
	p.do("press Shift and an arrow", chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// finger puts a finger down, moves it, or lifts it if there are no points.
func (p *person) finger(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
	p.t.Helper()
	params := input.DispatchTouchEventParams{Type: kind, TouchPoints: points}
	if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, params); err != nil {
		p.t.Fatal(err)
	}
}

// drawWithAFinger draws with a long press; a finger that moves at once scrolls instead.
func (p *person) drawWithAFinger(week string, wednesday time.Time) {
	p.t.Helper()
	p.open(week)
	x, y := p.at(wednesday, 17*60)
	_, toY := p.at(wednesday, 19*60)
	p.finger(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
	p.do("see that it draws", chromedp.WaitReady(chromedp.CSS(".agenda-ghost")))
	p.finger(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: (y + toY) / 2})
	p.finger(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x, Y: toY})
	p.finger(input.DispatchTouchEventTypeTouchEnd)
	p.asked("17:00", "19:00")
	// Clicks by script: a mouse click right after a touch was sometimes lost.
	eval[bool](p, `(document.querySelector('dialog form[method="dialog"] button').click(), true)`)
	p.do("see the drawing go", chromedp.WaitNotPresent(chromedp.CSS(drawing)))
}
