package booking_test

import (
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
)

// The erasure of a worker cancels their upcoming appointments: people are offered other slots
// and are listed for a call.
func TestR20_AnErasedWorkersPeopleAreOfferedOtherSlots(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video)
	p.Erase(t, p.Nadia)
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || len(o.SameWorker) != 0 {
		t.Errorf("offered: %+v", o)
	}
	p.SetNow(hour(25))
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.SwitchboardAgent())
	if err != nil || len(recalls) != 1 || recalls[0].AppointmentID != a.ID {
		t.Errorf("to call: %+v, %v", recalls, err)
	}
}
