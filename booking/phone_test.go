package booking_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

func TestR16_APhoneCallReplacesALateCancellation(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.InPerson)
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.Nadia, a.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("the worker: %v", err)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID))
	if now := p.State(t, a.ID); now.Mode != slot.Phone || now.Place != "" || now.Sequence != 1 || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("notified of %v and %v", zoe, nadia)
	}
	if next := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); next.Status != appointment.Confirmed {
		t.Errorf("it left a mark: %q", next.Status)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID)) // pressed twice
	if nadia := p.Notified(t, p.Nadia); nadia["change"] != 1 {
		t.Errorf("notified of %v", nadia)
	}
	p.EditClient(t, func(c *company.Client) { c.Modes = []string{"video"} })
	b := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	if err := p.Bookings.Phone(t.Context(), p.Zoe, b.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("against the contract: %v", err)
	}
}

// If a browser turns out not to support calls, the person can change to phone until the
// appointment ends, and the worker then sees the number.
func TestR16_APhoneCallReplacesAVideoCallThatHasBegun(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a, missed := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	p.SetNow(a.EndsAt.Add(-time.Minute))
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID))
	now := p.State(t, a.ID)
	details, err := p.Appointments.Details(t.Context(), p.Nadia, now)
	if err != nil || now.Mode != slot.Phone || now.Status != appointment.Confirmed || details.Mobile == "" {
		t.Errorf("it is now %+v, the worker calls %q, %v", now, details.Mobile, err)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("notified of %v and %v", zoe, nadia)
	}
	o := bookingtest.PostOfficeOf(t, p.World)
	must(t, o.Deliver(t))
	mail := o.Mail(t, p.Zoe, "change").Text
	if !strings.Contains(mail, "Votre rendez-vous a changé") && !strings.Contains(mail, "tel qu’il est maintenant") || strings.Contains(mail, "encore l’annuler") {
		t.Errorf("the person reads:\n%s", mail)
	}
	p.SetNow(missed.EndsAt)
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, missed); err != nil || able {
		t.Errorf("offered once it is over: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.Zoe, missed.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it is over: %v", err)
	}
}

// The switchboard does it on behalf of a person who calls: the same rules apply, both are
// notified, and the journal has an act for it.
func TestR16_R39_TheSwitchboardTurnsAnAppointmentIntoACall(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewDesk(t)
	yann := bookingtest.SwitchboardAgent()
	a := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)
	if leads := p.Press(t, yann, p.HTTP.Bookings.ByPhone, a.ID); leads != "/standard/beneficiaires/"+p.Zoe.ID.String() {
		t.Errorf("it leads to %q", leads)
	}
	if now := p.State(t, a.ID); now.Mode != slot.Phone || !now.StartsAt.Equal(a.StartsAt) || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("notified of %v and %v", zoe, nadia)
	}
	must(t, p.Bookings.Phone(t.Context(), yann, a.ID)) // pressed twice
	for act, times := range map[string]int{"appointment.by_phone": 1, "appointment.moved": 0} {
		if n := p.Journaled(t, act, yann, p.Zoe); n != times {
			t.Errorf("%s is journaled %d times, want %d", act, n, times)
		}
	}
	own := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, own.ID))
	if n := p.Journaled(t, "appointment.by_phone", p.Zoe, p.Zoe); n != 0 {
		t.Errorf("her own change is journaled %d times", n)
	}
}
