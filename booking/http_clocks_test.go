package booking_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Zoé lives on La Réunion, where it is twelve when it is nine in Paris, where Nadia works:
// every page on which a time is chosen, confirmed or read shows both.
func TestR14_PagesShowBothLocalTimesWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	d.LiveIn(t, d.Zoe, "Indian/Reunion")
	at := inParis(tuesday, 9)
	week := url.Values{"week": {"2026-W49"}, "mode": {"video"}}
	hour := url.Values{"social_worker_id": {d.Nadia.ID.String()}, "starts_at": {at.Format(time.RFC3339)}, "mode": {"video"}}
	const toChoose, both = `<small class="quiet">9 h là-bas</small>`, "mardi 1er décembre à 12 h, heure de La Réunion (9 h, heure de Paris)"
	bookingtest.WantSaid(t, "the agenda", d.Read(t, d.Zoe, d.HTTP.Bookings.Slots, d.Nadia.ID, week), toChoose, `aria-label="mardi 1er décembre à 12 h (9 h là-bas), par vidéo"`, "heure de La Réunion")
	must(t, d.Waitlist.RefreshSlots(t.Context()))
	bookingtest.WantSaid(t, "the next slots", d.Read(t, d.Zoe, d.HTTP.Searches.Soonest, uuid.Nil, nil), "lundi 30 novembre à 13 h", "10 h, heure de Paris")
	bookingtest.WantSaid(t, "the last step", d.Read(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, uuid.Nil, hour), both)

	a := d.Book(t, d.Zoe, d.Nadia, at, slot.Video)
	bookingtest.WantSaid(t, "the appointment", d.Read(t, d.Zoe, d.HTTP.Bookings.Show, a.ID, nil), both)
	// Another slot of that day to move to: thirteen, when it is ten in Paris.
	bookingtest.WantSaid(t, "moving", d.Read(t, d.Zoe, d.HTTP.Bookings.MovePage, a.ID, week), both, `<small class="quiet">10 h là-bas</small>`)
	bookingtest.WantSaid(t, "to the worker, the appointment", d.Read(t, d.Nadia, d.HTTP.Bookings.Show, a.ID, nil), "mardi 1er décembre à 9 h, heure de Paris,")

	bookingtest.WantSaid(t, "the list", d.Read(t, d.Zoe, d.HTTP.Bookings.Appointments, uuid.Nil, nil), "mardi 1er décembre à 12 h", "9 h, heure de Paris")
	must(t, d.Waitlist.Join(t.Context(), d.Zoe, waitlist.Entry{AppointmentID: a.ID}))
	bookingtest.WantSaid(t, "her waitlist entry", d.Read(t, d.Zoe, d.HTTP.Waitlist.Page, uuid.Nil, nil), "Plus tôt que votre rendez-vous du "+both, "lundi 30 novembre à 13 h <span>(10 h là-bas) avec ")

	yann := d.Member(t, viewer.Switchboard, "Yann")
	bookingtest.WantSaid(t, "the switchboard's list", d.Read(t, yann, d.HTTP.Searches.Person, d.Zoe.ID, nil), both)
	bookingtest.WantSaid(t, "the switchboard's move", d.Read(t, yann, d.HTTP.Bookings.MovePage, a.ID, week), both, `<small class="quiet">10 h là-bas</small>`)

	d.CancelAsWorker(t, a)
	bookingtest.WantSaid(t, "the offers", d.Read(t, d.Zoe, d.HTTP.Rebookings.Proposals, a.ID, nil), "Votre rendez-vous du "+both+", avec Nadia Le Goff, est annulé", "9 h là-bas")
}

// Whoever finds no hour within two days reads what cannot wait, and nobody else does.
func TestR43_PagesWithoutASoonHourNameWhomToCallNow(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	pages := map[string]web.Handler{"the workers": d.HTTP.Searches.Workers, "the next slots": d.HTTP.Searches.Soonest, "a worker": d.HTTP.Bookings.Slots}
	shows := func(when string, want bool) {
		t.Helper()
		must(t, d.Waitlist.RefreshSlots(t.Context()))
		for name, page := range pages {
			if got := strings.Contains(d.Read(t, d.Zoe, page, d.Nadia.ID, nil), `href="tel:3114"`); got != want {
				t.Errorf("%s, %s: names the emergency numbers: %t", when, name, got)
			}
		}
	}
	shows("an hour is free today", false)
	_, err := d.DB.Pool.Exec(t.Context(), `update openings set first_day = $1`, bookingtest.Start.AddDate(0, 0, 4))
	must(t, err)
	shows("the first is in four days", true)
	_, err = d.DB.Pool.Exec(t.Context(), `delete from openings`)
	must(t, err)
	shows("there is none", true)
}
