package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Each appointment, past ones too, can be added to a calendar (R17).
func TestR17_EachAppointmentLeadsToItsCalendarFile(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	for name, now := range map[string]time.Time{"upcoming": hour(0), "past": hour(60)} {
		d.SetNow(now)
		if page, _ := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Show, http.MethodGet, a.ID, nil); !strings.Contains(page, "/calendrier.ics") {
			t.Errorf("%s: no link to the file", name)
		}
	}
	d.SetNow(hour(0))
	d.CancelAsWorker(t, a)
	if page, _ := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Show, http.MethodGet, a.ID, nil); strings.Contains(page, "/calendrier.ics") {
		t.Error("a cancelled appointment has a calendar file")
	}
}

// The end of the penalty-free time is shown as a date, in the reader's zone, before booking
// and after it.
func TestR18_TheDeadlineIsShownAsADate(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	reunion := d.Beneficiary(t, "Lea", "Payet")
	d.LiveIn(t, reunion, "Indian/Reunion")
	at := inParis(monday, 9)
	d.SetNow(at.AddDate(0, 0, -4))
	hour := url.Values{"social_worker_id": {d.Nadia.ID.String()}, "starts_at": {at.Format(time.RFC3339)}, "mode": {"video"}}
	bookingtest.WantSaid(t, "the last step", d.Read(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, uuid.Nil, hour), "librement jusqu’au dimanche 6 décembre à 9 h.")
	bookingtest.WantSaid(t, "the last step on La Réunion", d.Read(t, reunion, d.HTTP.Bookings.ConfirmPage, uuid.Nil, hour), "librement jusqu’au dimanche 6 décembre à 12 h.")
	a := d.Book(t, d.Zoe, d.Nadia, at, slot.Video)
	for _, c := range []struct {
		before         time.Duration
		person, worker string
	}{
		{4 * 24 * time.Hour, "Annulable et déplaçable librement jusqu’au dimanche 6 décembre à 9 h.", "librement jusqu’au dimanche 6 décembre à 9 h."},
		{24 * time.Hour, "Annulable et déplaçable librement jusqu’au dimanche 6 décembre à 9 h.", "librement jusqu’au dimanche 6 décembre à 9 h."},
		{24*time.Hour - time.Second, "La limite était le dimanche 6 décembre à 9 h : un changement serait noté comme tardif.", "librement jusqu’au dimanche 6 décembre à 9 h."},
	} {
		d.SetNow(at.Add(-c.before))
		bookingtest.WantSaid(t, "the appointment", d.Read(t, d.Zoe, d.HTTP.Bookings.Show, a.ID, nil), c.person)
		bookingtest.WantSaid(t, "the worker's", d.Read(t, d.Nadia, d.HTTP.Bookings.Show, a.ID, nil), c.worker)
	}
}

// Ten minutes after the hour the page offers to stop waiting, to the person of a call alone.
func TestR24_AfterTenMinutesThePageOffersToStopWaiting(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a, phone := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video), d.Book(t, d.Zoe, d.Nadia, hour(52), slot.Phone)
	offered := func(v *viewer.Viewer, id uuid.UUID) bool {
		t.Helper()
		page, code := d.SendTo(t, v, d.HTTP.Bookings.Show, http.MethodGet, id, nil)
		if code != "" {
			t.Fatal(code)
		}
		return strings.Contains(page, `action="/rendez-vous/`+id.String()+`/appel/absence"`)
	}
	d.SetNow(a.StartsAt.Add(10*time.Minute - time.Second))
	if offered(d.Zoe, a.ID) {
		t.Error("offered too soon")
	}
	d.SetNow(a.StartsAt.Add(10 * time.Minute))
	if !offered(d.Zoe, a.ID) || offered(d.Nadia, a.ID) {
		t.Error("not offered to the person alone")
	}
	d.SetNow(phone.StartsAt.Add(10 * time.Minute))
	if offered(d.Zoe, phone.ID) || offered(d.Zoe, a.ID) {
		t.Error("offered by phone, or once it is over")
	}
}
