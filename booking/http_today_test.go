package booking_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// A worker's day has the appointments of that day in the worker's zone alone, in order, with
// the way into each.
func TestR41_TodayShowsTheDaysAppointmentsAndTheWayIntoEach(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	ida := d.Beneficiary(t, "Ida", "Roy")
	call := d.Book(t, d.Zoe, d.Nadia, inParis(bookingtest.Tuesday, 9), slot.Video)
	phone := d.Book(t, ida, d.Nadia, inParis(bookingtest.Tuesday, 23), slot.Phone)
	d.Book(t, ida, d.Nadia, inParis(bookingtest.Tuesday, 24), slot.Video)  // tomorrow
	d.Book(t, d.Zoe, d.Marc, inParis(bookingtest.Tuesday, 12), slot.Video) // another's
	d.Cancel(t, d.Zoe, d.Book(t, d.Zoe, d.Nadia, inParis(bookingtest.Tuesday, 14), slot.Video))
	read := func(v *viewer.Viewer) string {
		return d.Read(t, v, booking.DayPages{HTTP: d.HTTP.Bookings}.Today, uuid.Nil, nil)
	}
	d.SetNow(inParis(bookingtest.Tuesday, 8))
	shown := read(d.Nadia)
	order := []int{strings.Index(shown, "9 h · Zoé Vidal"), strings.Index(shown, "23 h · Ida Roy")}
	if order[0] < 0 || !slices.IsSorted(order) || strings.Count(shown, `class="status"`) != 2 {
		t.Errorf("the day: %s", shown)
	}
	if strings.Contains(shown, "/appel") || !strings.Contains(shown, `href="tel:&#43;33612345678"`) || !strings.Contains(shown, "/rendez-vous/"+phone.ID.String()) {
		t.Errorf("the ways in: %s", shown)
	}
	d.SetNow(call.StartsAt.Add(-15 * time.Minute))
	if shown := read(d.Nadia); !strings.Contains(shown, `href="/rendez-vous/`+call.ID.String()+`/appel"`) {
		t.Errorf("the call is open: %s", shown)
	}
	if shown := read(d.Marc); strings.Contains(shown, "Ida") || !strings.Contains(shown, "12 h · Zoé Vidal") {
		t.Errorf("another worker sees: %s", shown)
	}
	if _, code := d.Send(t, d.Zoe, booking.DayPages{HTTP: d.HTTP.Bookings}.Today, http.MethodGet, nil); code != fault.Forbidden {
		t.Errorf("a beneficiary: %q", code)
	}
}

// What waits for an answer, and what is over without an outcome, is to be done; nothing else.
func TestR41_TodayShowsWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	over, noted := d.Book(t, d.Zoe, d.Nadia, hour(20), slot.Video), d.Book(t, d.Zoe, d.Nadia, hour(22), slot.Video)
	read := func() string { return d.Read(t, d.Nadia, booking.DayPages{HTTP: d.HTTP.Bookings}.Today, uuid.Nil, nil) }
	bookingtest.WantSaid(t, "at first", read(), "Rien d’autre à faire")
	d.SetNow(over.EndsAt)
	must(t, d.Appointments.Conclude(t.Context(), d.Nadia, over.ID, appointment.Attended))
	d.SetNow(noted.EndsAt.Add(-time.Second))
	if shown := read(); strings.Contains(shown, "a-t-il eu lieu") {
		t.Errorf("during the appointment: %s", shown)
	}
	d.SetNow(noted.EndsAt)
	if shown := read(); strings.Count(shown, "a-t-il eu lieu") != 1 || !strings.Contains(shown, "/rendez-vous/"+noted.ID.String()) {
		t.Errorf("after it: %s", shown)
	}
	d.SetNow(noted.EndsAt.AddDate(0, 0, 7))
	if shown := read(); strings.Contains(shown, "a-t-il eu lieu") {
		t.Errorf("when it can no longer be recorded: %s", shown)
	}
	d.Mark(t, d.Nadia, d.Zoe)
	asked := d.Book(t, d.Zoe, d.Nadia, d.DB.Now().Add(50*time.Hour).Truncate(time.Hour), slot.Video)
	if shown := read(); !strings.Contains(shown, "Répondre à Zoé Vidal") || !strings.Contains(shown, "/rendez-vous/"+asked.ID.String()) || strings.Contains(shown, "Rien d’autre") {
		t.Errorf("a request: %s", shown)
	}
}

// From an empty hour of the agenda a worker books for a person they have met, under the rules
// of every booking.
func TestR12_AWorkerBooksFromAnEmptyHour(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	stranger := d.Beneficiary(t, "Ida", "Roy")
	taken := d.Book(t, d.Zoe, d.Nadia, inParis(bookingtest.Tuesday, 9), slot.Video)
	day := url.Values{"day": {"2026-12-01"}}
	shown := d.Read(t, d.Nadia, booking.DayPages{HTTP: d.HTTP.Bookings}.Free, uuid.Nil, day)
	if strings.Contains(shown, taken.StartsAt.Format(time.RFC3339)) || !strings.Contains(shown, inParis(bookingtest.Tuesday, 10).Format(time.RFC3339)) || strings.Contains(shown, inParis(bookingtest.Tuesday, 24).Format(time.RFC3339)) {
		t.Errorf("the hours of the day: %s", shown)
	}
	if !strings.Contains(shown, "Zoé Vidal") || strings.Contains(shown, "Ida Roy") {
		t.Errorf("the people: %s", shown)
	}
	choice := func(person uuid.UUID, at time.Time) url.Values {
		return url.Values{"day": {"2026-12-01"}, "person": {person.String()}, "starts_at": {at.Format(time.RFC3339)}, "mode": {"phone"}}
	}
	choose := web.Parsed(booking.DayPages{HTTP: d.HTTP.Bookings}.ChooseFree)
	for name, sent := range map[string]url.Values{
		"nothing": {}, "a stranger": choice(stranger.ID, inParis(bookingtest.Tuesday, 10)), "a taken hour": choice(d.Zoe.ID, taken.StartsAt), "another day": choice(d.Zoe.ID, inParis(bookingtest.Tuesday, 34)),
	} {
		if shown, code := d.Send(t, d.Nadia, choose, http.MethodPost, sent); code != fault.Invalid || strings.Contains(shown, "Tout est juste") {
			t.Errorf("%s: %q", name, code)
		}
	}
	shown, code := d.Send(t, d.Nadia, choose, http.MethodPost, choice(d.Zoe.ID, inParis(bookingtest.Tuesday, 10)))
	if code != "" || !strings.Contains(shown, `action="/beneficiaires/`+d.Zoe.ID.String()+`/rendez-vous"`) || !strings.Contains(shown, "<dt>Pour</dt><dd>Zoé Vidal</dd>") {
		t.Errorf("the last step: %q, %s", code, shown)
	}
	d.Insure(t, d.Nadia)
	if shown := d.Read(t, d.Nadia, booking.DayPages{HTTP: d.HTTP.Bookings}.Free, uuid.Nil, day); !strings.Contains(shown, "Aucune heure libre") {
		t.Errorf("without insurance: %s", shown)
	}
}
