package booking_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

// Showing the slots to move to counts as showing those to book, also when a form is refused.
func TestR45_ShowingSlotsToMoveToCountsAsAView(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	in := func(week string, page web.Handler) web.Handler {
		return func(w http.ResponseWriter, r *web.Request) error {
			r.URL.RawQuery = "week=" + week
			r.SetPathValue("id", a.ID.String())
			return page(w, r)
		}
	}
	monday, stopped := hour(0), false
	for range 300 {
		year, week := monday.ISOWeek()
		_, code := d.Send(t, d.Zoe, in(fmt.Sprintf("%04d-W%02d", year, week), d.HTTP.Bookings.MovePage), http.MethodGet, nil)
		if stopped = code == fault.Throttled; stopped {
			break
		}
		monday = monday.AddDate(0, 0, 7)
	}
	if !stopped {
		t.Fatal("300 weeks were shown")
	}
	year, week := hour(0).AddDate(7, 0, 0).ISOWeek()
	for name, sent := range map[string]url.Values{"no slot": {}, "an unavailable slot": {"starts_at": {hour(-2).Format(time.RFC3339)}}} {
		shown, code := d.Send(t, d.Zoe, in(fmt.Sprintf("%04d-W%02d", year, week), web.Parsed(d.HTTP.Bookings.Move)), http.MethodPost, sent)
		if code != fault.Invalid || strings.Contains(shown, "Semaine du") {
			t.Errorf("%s: %s shows %s", name, code, shown)
		}
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, a.ID, url.Values{"starts_at": {hour(80).Format(time.RFC3339)}}); code != "" {
		t.Errorf("moving itself: %s", code)
	}
}
