package booking_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// live has somebody live by other clocks than those of Paris.
func live(t *testing.T, w *bookingtest.World, v *viewer.Viewer, zone string) {
	t.Helper()
	location, err := time.LoadLocation(zone)
	ok(t, err)
	_, err = w.DB.Pool.Exec(t.Context(), `update accounts set time_zone = $2 where id = $1`, v.ID, zone)
	ok(t, err)
	v.Zone = location
}

// read is a page about somebody or something, as it is read.
func (d desk) read(t *testing.T, v *viewer.Viewer, page web.Handler, about uuid.UUID, query url.Values) string {
	t.Helper()
	shown, code := d.on(t, v, page, http.MethodGet, about, query)
	if code != "" {
		t.Fatalf("the page is refused: %s", code)
	}
	return words(shown)
}

// press posts to a page about something, and returns where that leads.
func (d desk) press(t *testing.T, v *viewer.Viewer, page web.Handler, about uuid.UUID) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.SetPathValue("id", about.String())
	answer := httptest.NewRecorder()
	ok(t, page(answer, r.WithContext(viewer.With(r.Context(), v))))
	return answer.Header().Get("Location")
}

// words are a text's without what only its look is made of.
func words(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "<b>", "", "</b>", "").Replace(text)
}

func wantSaid(t *testing.T, where, text string, sayings ...string) {
	t.Helper()
	for _, saying := range sayings {
		if !strings.Contains(text, saying) {
			t.Errorf("%s does not say %q:\n%s", where, saying, text)
		}
	}
}

// Zoé lives on La Réunion, where it is twelve while it is nine in Paris, where Nadia
// works: every page on which an hour is chosen, confirmed or read says both.
func TestR14_PagesShowBothClocksWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	live(t, d.World, d.zoe, "Indian/Reunion")
	at := inParis(tuesday, 9)
	week := url.Values{"week": {"2026-W49"}, "mode": {"video"}}
	hour := url.Values{"social_worker_id": {d.nadia.ID.String()}, "starts_at": {at.Format(time.RFC3339)}, "mode": {"video"}}
	const toChoose, both = `<small class="quiet">9 h là-bas</small>`, "mardi 1er décembre à 12 h, heure de La Réunion (9 h, heure de Paris)"
	wantSaid(t, "the agenda", d.read(t, d.zoe, d.pages.Bookings.Slots, d.nadia.ID, week), toChoose, `aria-label="mardi 1er décembre à 12 h (9 h là-bas), par vidéo"`, "heure de La Réunion")
	ok(t, d.Waitlist.Refresh(t.Context()))
	wantSaid(t, "the soonest hours", d.read(t, d.zoe, d.pages.Searches.Soonest, uuid.Nil, nil), "lundi 30 novembre à 13 h", "10 h, heure de Paris")
	wantSaid(t, "the last step", d.read(t, d.zoe, d.pages.Bookings.Confirm, uuid.Nil, hour), both)

	a := d.Book(t, d.zoe, d.nadia, at, slot.Video)
	wantSaid(t, "the appointment", d.read(t, d.zoe, d.pages.Bookings.Show, a.ID, nil), both)
	// Another hour of that day to move to: thirteen, while it is ten in Paris.
	wantSaid(t, "moving", d.read(t, d.zoe, d.pages.Bookings.MovePage, a.ID, week), both, `<small class="quiet">10 h là-bas</small>`)
	wantSaid(t, "to the worker, the appointment", d.read(t, d.nadia, d.pages.Bookings.Show, a.ID, nil), "mardi 1er décembre à 9 h, heure de Paris,")

	wantSaid(t, "the list", d.read(t, d.zoe, d.pages.Bookings.Appointments, uuid.Nil, nil), "mardi 1er décembre à 12 h", "9 h, heure de Paris")
	ok(t, d.Waitlist.Join(t.Context(), d.zoe, waitlist.Entry{AppointmentID: a.ID}))
	wantSaid(t, "what she waits for", d.read(t, d.zoe, d.pages.Waitlist.Page, uuid.Nil, nil), "Plus tôt que votre rendez-vous du "+both, "lundi 30 novembre à 13 h <span>(10 h là-bas) avec ")

	yann := d.Member(t, viewer.Switchboard, "Yann")
	wantSaid(t, "the switchboard's list", d.read(t, yann, d.pages.Searches.Person, d.zoe.ID, nil), both)
	wantSaid(t, "the switchboard's move", d.read(t, yann, d.pages.Bookings.MovePage, a.ID, week), both, `<small class="quiet">10 h là-bas</small>`)

	d.leave(t, a)
	wantSaid(t, "the offers", d.read(t, d.zoe, d.pages.Rebookings.Proposals, a.ID, nil), "Votre rendez-vous du "+both+", avec Nadia Le Goff, est annulé", "9 h là-bas")
}

// What is written to somebody says both clocks, too, and the limit by their own.
func TestR14_NoticesTellBothClocksWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	o := bookingtest.NewPostOffice(t)
	live(t, o.World, o.Zoe, "Indian/Reunion")
	const both, limit = "vendredi 4 décembre à 12 h, heure de La Réunion (9 h, heure de Paris)", "jeudi 3 décembre à 12 h"
	at := time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
	a := o.Book(t, o.Zoe, o.Nadia, at, slot.Video)
	o.Turn(t)
	o.Pass(t, at.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.SocialWorker(t, "Marc", "Tanguy") // free at the same hour: the mail offers it
	o.Cancel(t, o.Nadia, a)
	o.Turn(t)
	for notice, sayings := range map[string][]string{
		"confirmation": {both, limit}, notify.LimitReminder: {both, limit}, notify.HourReminder: {both}, "cancellation": {both, "- " + both},
	} {
		wantSaid(t, notice, words(o.Mails["notice-"+o.Row(t, o.Zoe, notice, "mail").ID.String()].Text), sayings...)
	}
	for _, notice := range []string{notify.LimitReminder, notify.HourReminder, "cancellation"} {
		wantSaid(t, notice, o.Texts["notice-"+o.Row(t, o.Zoe, notice, "sms").ID.String()].Text, "12h") // room for one clock: one's own
	}
	for notice, status := range map[string]appointment.Status{
		"request": appointment.Requested, "accepted": appointment.Confirmed, "change": appointment.Confirmed, "declined": appointment.Declined, "expired": appointment.Expired,
	} {
		o.SetNow(bookingtest.Start)
		o.Tell(t, status, notice)
		wantSaid(t, notice, words(o.Mails["notice-"+o.Row(t, o.Zoe, notice, "mail").ID.String()].Text), words(web.Both(bookingtest.Friday, o.Zoe.Zone, o.Nadia.Zone)))
	}
}

// So does the mail about an hour that was freed.
func TestR14_FreedHoursAreToldByBothClocks(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	live(t, r.World, r.zoe, "Indian/Reunion")
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.cancel(t, r.paul, taken[0])
	r.refresh(t)
	if later := r.deliver(t); later != 0 || len(r.Mails) != 1 {
		t.Fatalf("%d mails, %d later", len(r.Mails), later)
	}
	for _, m := range r.Mails {
		wantSaid(t, "the mail", words(m.Text), "- mardi 1er décembre à 12 h, heure de La Réunion (9 h, heure de Paris)")
	}
}

// Until when one may still change one's mind is a date, in the reader's zone, before
// booking and after it.
func TestR18_TheDeadlineIsShownAsADate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	reunion := d.Beneficiary(t, "Lea", "Payet")
	live(t, d.World, reunion, "Indian/Reunion")
	at := inParis(monday, 9)
	d.SetNow(at.AddDate(0, 0, -4))
	hour := url.Values{"social_worker_id": {d.nadia.ID.String()}, "starts_at": {at.Format(time.RFC3339)}, "mode": {"video"}}
	wantSaid(t, "the last step", d.read(t, d.zoe, d.pages.Bookings.Confirm, uuid.Nil, hour), "librement jusqu’au dimanche 6 décembre à 9 h.")
	wantSaid(t, "the last step on La Réunion", d.read(t, reunion, d.pages.Bookings.Confirm, uuid.Nil, hour), "librement jusqu’au dimanche 6 décembre à 12 h.")
	a := d.Book(t, d.zoe, d.nadia, at, slot.Video)
	for _, c := range []struct {
		before         time.Duration
		person, worker string
	}{
		{4 * 24 * time.Hour, "Annulable et déplaçable librement jusqu’au dimanche 6 décembre à 9 h.", "librement jusqu’au dimanche 6 décembre à 9 h."},
		{24 * time.Hour, "Annulable et déplaçable librement jusqu’au dimanche 6 décembre à 9 h.", "librement jusqu’au dimanche 6 décembre à 9 h."},
		{24*time.Hour - time.Second, "La limite était le dimanche 6 décembre à 9 h : un changement serait noté comme tardif.", "librement jusqu’au dimanche 6 décembre à 9 h."},
	} {
		d.SetNow(at.Add(-c.before))
		wantSaid(t, "the appointment", d.read(t, d.zoe, d.pages.Bookings.Show, a.ID, nil), c.person)
		wantSaid(t, "the worker's", d.read(t, d.nadia, d.pages.Bookings.Show, a.ID, nil), c.worker)
	}
}
