package appointment_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR41_TheWorkerRecordsTheOutcome(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(24), slot.Video)
	conclude := func(v *viewer.Viewer, now time.Time, outcome appointment.Status) error {
		p.SetNow(now)
		return p.Appointments.Conclude(t.Context(), v, a.ID, outcome)
	}
	if err := conclude(p.Nadia, a.StartsAt.Add(-time.Microsecond), appointment.Attended); !fault.Is(err, fault.Conflict) {
		t.Errorf("before the start: %v", err)
	}
	if err := conclude(p.Zoe, a.StartsAt, appointment.Attended); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the person: %v", err)
	}
	if err := conclude(p.Marc, a.StartsAt, appointment.Attended); !fault.Is(err, fault.NotFound) {
		t.Errorf("another worker: %v", err)
	}
	if err := conclude(p.Nadia, a.StartsAt, appointment.Cancelled); !fault.Is(err, fault.Invalid) {
		t.Errorf("another status: %v", err)
	}
	for _, outcome := range []appointment.Status{appointment.NoShow, appointment.Attended} {
		must(t, conclude(p.Nadia, a.StartsAt, outcome))
		if now := p.State(t, a.ID); now.Status != outcome {
			t.Errorf("it is %q, want %q", now.Status, outcome)
		}
	}
	must(t, conclude(p.Nadia, a.EndsAt.Add(7*24*time.Hour-time.Microsecond), appointment.NoShow))
	if err := conclude(p.Nadia, a.EndsAt.Add(7*24*time.Hour), appointment.Attended); !fault.Is(err, fault.Conflict) {
		t.Errorf("a week later: %v", err)
	}
	if notified := p.Notified(t, p.Zoe); len(notified) != 1 || notified["confirmation"] != 1 {
		t.Errorf("a no-show notified: %v", notified)
	}
	if next := p.Book(t, p.Zoe, p.Nadia, hour(400), slot.Video); next.Status != appointment.Confirmed {
		t.Errorf("a no-show left a mark: %q", next.Status)
	}
}
