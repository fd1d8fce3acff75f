package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// The last step of a move shows both hours, and warns exactly if the new one can no longer
// be cancelled penalty-free.
func TestR18_MovingShowsBothHoursAndWarnsWithin24Hours(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(80), slot.Video)
	at := func(to time.Time) url.Values { return url.Values{"starts_at": {to.Format(time.RFC3339)}} }
	for _, c := range []struct {
		now  time.Time
		to   int
		soon bool
	}{
		{hour(0), 50, false}, {hour(0), 24, false}, {hour(0).Add(time.Microsecond), 24, true}, {hour(0), 23, true},
	} {
		d.SetNow(c.now)
		for _, v := range []*viewer.Viewer{d.Zoe, d.Nadia} {
			shown := d.Read(t, v, d.HTTP.Bookings.MovePage, a.ID, at(hour(c.to)))
			for _, both := range []time.Time{a.StartsAt, hour(c.to)} {
				if !strings.Contains(shown, bookingtest.Words(web.DayHour(both.In(v.Zone)))) {
					t.Errorf("%s is not shown: %s", both, shown)
				}
			}
			if soon := strings.Contains(shown, "dans moins de 24 heures"); soon != c.soon {
				t.Errorf("%s, to %d hours later: warned %t", v.Role, c.to, soon)
			}
		}
	}
	if now := d.State(t, a.ID); !now.StartsAt.Equal(a.StartsAt) {
		t.Fatal("showing the last step moved the appointment")
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, a.ID, at(hour(24))); code != "" {
		t.Fatalf("moving: %s", code)
	}
	if now := d.State(t, a.ID); !now.StartsAt.Equal(hour(24)) {
		t.Errorf("it is at %s", now.StartsAt)
	}
}

// The last step is shown for an available slot only; otherwise the slots are, to choose
// another, without the refused one in the addresses of other weeks.
func TestR18_TheLastStepOfAMoveIsForAvailableSlotsOnly(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a, taken := d.Book(t, d.Zoe, d.Nadia, hour(80), slot.Video), d.Book(t, d.Beneficiary(t, "Paul", "Tanguy"), d.Nadia, hour(60), slot.Video)
	d.Cancel(t, d.Nadia, d.Book(t, d.Zoe, d.Nadia, hour(70), slot.Video)) // a closed hour
	for name, sent := range map[string]string{
		"its own": a.StartsAt.Format(time.RFC3339), "taken": taken.StartsAt.Format(time.RFC3339), "closed": hour(70).Format(time.RFC3339),
		"past": hour(-2).Format(time.RFC3339), "off the grid": hour(61).Add(time.Minute).Format(time.RFC3339), "no instant": "demain", "nothing": "",
	} {
		shown, code := d.SendTo(t, d.Zoe, d.HTTP.Bookings.MovePage, http.MethodGet, a.ID, url.Values{"starts_at": {sent}})
		if code != fault.Invalid || !strings.Contains(shown, `type="radio" name="starts_at"`) || strings.Contains(shown, "Nouvelle heure") {
			t.Errorf("%s: %q shows %s", name, code, shown)
		}
		if strings.Contains(shown, "starts_at=") {
			t.Errorf("%s: another week keeps the refused slot", name)
		}
	}
	_, code := d.SendTo(t, d.Beneficiary(t, "Ida", "Roy"), d.HTTP.Bookings.MovePage, http.MethodGet, a.ID, url.Values{"starts_at": {hour(61).Format(time.RFC3339)}})
	if code != fault.NotFound {
		t.Errorf("to a stranger: %q", code)
	}
}

// A marked person moves into a request: the last step says so.
func TestR19_TheLastStepOfAMoveSaysThatItBecomesARequest(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(80), slot.Video)
	d.Mark(t, d.Nadia, d.Zoe)
	if shown := d.Read(t, d.Zoe, d.HTTP.Bookings.MovePage, a.ID, url.Values{"starts_at": {hour(20).Format(time.RFC3339)}}); !strings.Contains(shown, "sera une demande") || !strings.Contains(shown, "Une fois acceptée") {
		t.Errorf("the last step: %s", shown)
	}
	if now := d.State(t, a.ID); now.Status != appointment.Confirmed {
		t.Errorf("it became %q", now.Status)
	}
}
