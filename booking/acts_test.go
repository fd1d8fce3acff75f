package booking_test

import (
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
)

// Each kind of act counts, once, and only when it is done.
func TestR47_EveryActOfThePersonCounts(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 10, Acts: 10})
	ctx := t.Context()
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video)
	cancelled := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(55), slot.Video))
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"move", func() error { return p.Bookings.Move(ctx, p.Zoe, a.ID, hour(51)) }},
		{"needs", func() error {
			return p.Bookings.ChangeNeeds(ctx, p.Zoe, a.ID, appointment.Needs{Companion: "ma fille"})
		}},
		{"by phone", func() error { return p.Bookings.Phone(ctx, p.Zoe, a.ID) }},
		{"join the waitlist", func() error { return p.Waitlist.Join(ctx, p.Zoe, waitlist.Entry{SocialWorkerID: p.Marc.ID}) }},
		{"rebook", func() error {
			_, err := p.Bookings.Rebook(ctx, p.Zoe, cancelled.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour(55)})
			return err
		}},
		{"cancel", func() error { _, err := p.Bookings.Cancel(ctx, p.Zoe, a.ID, ""); return err }},
	} {
		before := p.ActsOf(t, p.Zoe)
		appointments, bookings, waitlist := p.Appointments, p.Bookings, p.Waitlist
		p.Within(appointment.Bounds{Coming: 10, Acts: before}) // she has reached the bound
		want(t, act.name+" beyond the bound", act.do(), fault.Throttled)
		p.Appointments, p.Bookings, p.Waitlist = appointments, bookings, waitlist
		if now := p.ActsOf(t, p.Zoe); now != before {
			t.Errorf("%s was refused and counted: %d acts, then %d", act.name, before, now)
		}
		must(t, act.do())
		if now := p.ActsOf(t, p.Zoe); now != before+1 {
			t.Errorf("%s: %d acts, then %d", act.name, before, now)
		}
		must(t, act.do()) // pressed twice
		if now := p.ActsOf(t, p.Zoe); now != before+1 {
			t.Errorf("%s pressed twice: %d acts, then %d", act.name, before, now)
		}
	}
	want(t, "a slot that is not offered", p.Place(t, p.Zoe, p.Nadia, -10), fault.Invalid)
	if n := p.ActsOf(t, p.Zoe); n != 8 {
		t.Errorf("%d acts, want 8: a failed act was counted", n)
	}
	entries, err := p.Waitlist.Entries(ctx, p.Zoe)
	must(t, err)
	p.Within(appointment.Bounds{Coming: 10, Acts: 8})
	for _, entry := range entries { // leaving the waitlist is never refused
		must(t, p.Waitlist.Leave(ctx, p.Zoe, entry.ID))
	}
}
