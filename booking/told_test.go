package booking_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

// What somebody decides about an hour holds for that hour: never for another one, to
// which it was moved between the page and the click.
func TestR18_ADecisionAboutAnAppointmentMovedMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked    bool
		read, do func(*booking.HTTP) web.Handler
		sent     url.Values
		code     fault.Code
	}{
		"cancel": {false, func(h *booking.HTTP) web.Handler { return h.CancelPage }, func(h *booking.HTTP) web.Handler { return web.Parsed(h.Cancel) }, url.Values{}, fault.Conflict},
		"accept": {true, func(h *booking.HTTP) web.Handler { return h.Show }, func(h *booking.HTTP) web.Handler { return web.Parsed(h.Answer) }, url.Values{"decision": {"accept"}}, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := bookingtest.NewDesk(t)
			if c.asked {
				_, err := d.Bookings.Cancel(t.Context(), d.Zoe, d.Book(t, d.Zoe, d.Nadia, hour(2), slot.Video).ID, "")
				must(t, err)
			}
			a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
			shown, _ := d.SendTo(t, d.Nadia, c.read(d.HTTP.Bookings), http.MethodGet, a.ID, nil)
			if !strings.Contains(shown, `name="seen" value="`+a.Seen()+`"`) {
				t.Fatalf("the page does not keep the hour: %s", shown)
			}
			must(t, d.Bookings.Move(t.Context(), d.Zoe, a.ID, hour(80)))
			c.sent.Set("seen", a.Seen())
			shown, code := d.SendTo(t, d.Nadia, c.do(d.HTTP.Bookings), http.MethodPost, a.ID, c.sent)
			now, err := d.Appointments.Appointment(t.Context(), d.Zoe, a.ID)
			if err != nil || now.Status != a.Status {
				t.Errorf("it was done: %+v, %v", now, err)
			}
			if code != c.code || !strings.Contains(shown, "a été déplacé") || !strings.Contains(shown, now.Seen()) {
				t.Errorf("%s: %s", code, shown)
			}
		})
	}
}

// The hours to move to count as those to book do, however the page is asked for.
func TestR45_TheHoursToMoveToAreCounted(t *testing.T) {
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
	for name, sent := range map[string]url.Values{"no hour": {}, "an hour that is not free": {"starts_at": {hour(-2).Format(time.RFC3339)}}} {
		shown, code := d.Send(t, d.Zoe, in(fmt.Sprintf("%04d-W%02d", year, week), web.Parsed(d.HTTP.Bookings.Move)), http.MethodPost, sent)
		if code != fault.Invalid || strings.Contains(shown, "Semaine du") {
			t.Errorf("%s: %s shows %s", name, code, shown)
		}
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, a.ID, url.Values{"starts_at": {hour(80).Format(time.RFC3339)}}); code != "" {
		t.Errorf("moving itself: %s", code)
	}
}
