package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

// If the page said that the act has no consequence, and the person submits it a minute after
// the limit, the page shows the consequence first and nothing is done; a second submission
// does it.
func TestR18_TheConsequenceOfActingLateIsShownBeforehand(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(25), slot.Video)
	for name, page := range map[string]web.Handler{"cancelling": d.HTTP.Bookings.CancelPage, "moving": d.HTTP.Bookings.MovePage} {
		shown, code := d.SendTo(t, d.Zoe, page, http.MethodGet, a.ID, url.Values{"starts_at": {hour(80).Format(time.RFC3339)}})
		if code != "" || !strings.Contains(shown, "aucune conséquence") || !strings.Contains(shown, `name="told" value="free"`) {
			t.Fatalf("%s: %s: %s", name, code, shown)
		}
	}
	d.SetNow(hour(1).Add(time.Minute)) // the limit was at hour 1
	late := url.Values{"told": {"free"}, "explanation": {"Un empêchement."}, "starts_at": {hour(80).Format(time.RFC3339)}}
	for name, act := range map[string]web.Handler{"cancelling": web.Parsed(d.HTTP.Bookings.Cancel), "moving": web.Parsed(d.HTTP.Bookings.Move)} {
		shown, code := d.SendTo(t, d.Zoe, act, http.MethodPost, a.ID, late)
		if code != fault.Conflict || !strings.Contains(shown, "La limite vient de passer") || !strings.Contains(shown, "La limite était le") || strings.Contains(shown, `name="told"`) {
			t.Errorf("%s: %s: %s", name, code, shown)
		}
		if name == "cancelling" && !strings.Contains(shown, "Un empêchement.") {
			t.Error("the page lost what was typed")
		}
	}
	if got := d.State(t, a.ID); got.Status != appointment.Confirmed || !got.StartsAt.Equal(a.StartsAt) {
		t.Fatalf("the appointment is %s at %s", got.Status, got.StartsAt)
	}
	if since, err := d.Appointments.Marked(t.Context(), d.Zoe, d.Nadia.ID, d.Zoe.ID); err != nil || !since.IsZero() {
		t.Fatalf("marked since %s, %v", since, err)
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, a.ID, url.Values{"explanation": {""}}); code != "" || d.State(t, a.ID).Status != appointment.CancelledLate {
		t.Errorf("after the consequence was shown: %q, %s", code, d.State(t, a.ID).Status)
	}
}

func TestR18_CancellingAnAppointmentThatTheOtherCancelledIsAConflict(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	d.CancelAsWorker(t, a)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		handler := map[string]web.Handler{http.MethodGet: d.HTTP.Bookings.CancelPage, http.MethodPost: web.Parsed(d.HTTP.Bookings.Cancel)}[method]
		if _, code := d.SendTo(t, d.Zoe, handler, method, a.ID, url.Values{"explanation": {"Un mot."}}); code != fault.Conflict {
			t.Errorf("%s: %s", method, code)
		}
	}
}

// A decision applies to the start that its page showed, not to another one to which the
// appointment was moved since.
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
				t.Fatalf("the page does not record the start: %s", shown)
			}
			must(t, d.Bookings.Move(t.Context(), d.Zoe, a.ID, hour(80)))
			c.sent.Set("seen", a.Seen())
			shown, code := d.SendTo(t, d.Nadia, c.do(d.HTTP.Bookings), http.MethodPost, a.ID, c.sent)
			now, err := d.Appointments.Appointment(t.Context(), d.Zoe, a.ID)
			if err != nil || now.Status != a.Status {
				t.Errorf("the appointment was changed: %+v, %v", now, err)
			}
			if code != c.code || !strings.Contains(shown, "a été déplacé") || !strings.Contains(shown, now.Seen()) {
				t.Errorf("%s: %s", code, shown)
			}
		})
	}
}

func TestR12_PressingTwiceHasTheSameResultAsOnce(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	press := func(name string, act func() (string, fault.Code)) {
		t.Helper()
		for range 2 {
			if _, code := act(); code != "" {
				t.Errorf("%s: %q", name, code)
			}
		}
	}
	press("booking", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(48))
	})
	press("the last step of a booked slot", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, d.Typed(48))
	})
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	if len(coming) != 1 {
		t.Fatalf("%d appointments", len(coming))
	}
	id, seen := coming[0].ID, coming[0].Seen()
	to := func(hours int, seen string) map[string][]string {
		return map[string][]string{"starts_at": {hour(hours).Format(time.RFC3339)}, "seen": {seen}, "told": {"free"}}
	}
	press("moving", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(50, seen))
	})
	press("moving without saying what was seen", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, map[string][]string{"starts_at": {hour(51).Format(time.RFC3339)}})
	})
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(51, d.State(t, id).Seen())); code != fault.Invalid {
		t.Errorf("moving to the start that the page showed: %q", code)
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(60, seen)); code != fault.Conflict {
		t.Errorf("from a page that shows an earlier start: %q", code)
	}
	press("by phone", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, d.HTTP.Bookings.ByPhone, http.MethodPost, id, nil)
	})
	press("cancelling", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, id, map[string][]string{"told": {"free"}})
	})
	if notified := d.Notified(t, d.Nadia); notified["confirmation"] != 1 || notified["change"] != 3 || notified["cancellation"] != 1 {
		t.Errorf("the worker was notified of %v", notified)
	}
	press("joining the waitlist", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
	})
	entries, err := d.Waitlist.Entries(t.Context(), d.Zoe)
	must(t, err)
	if len(entries) != 1 {
		t.Fatalf("%d entries", len(entries))
	}
	d.SetNow(hour(3)) // an entry without a day is the same entry later
	press("joining the waitlist later", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
	})
	if n := d.Count(t, `waitlist_entries`); n != 1 {
		t.Errorf("%d entries", n)
	}
}
