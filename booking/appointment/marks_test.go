package appointment_test

import (
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
)

func TestR19_OnlyTheWorkerRemovesTheMark(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	_, past, err := p.Appointments.Appointments(t.Context(), p.Zoe)
	must(t, err)
	id := past[0].ID
	for _, v := range []*viewer.Viewer{p.Zoe, p.Marc, p.Admin} {
		if err := p.Appointments.RemoveLateMark(t.Context(), v, id); err == nil {
			t.Errorf("%s removed the mark", v.Role)
		}
	}
	details, err := p.Appointments.Details(t.Context(), p.Nadia, past[0])
	if err != nil || !details.MarkedAt.Equal(bookingtest.Start) {
		t.Errorf("the worker sees the mark of %v, %v", details.MarkedAt, err)
	}
	if details, err = p.Appointments.Details(t.Context(), p.Zoe, past[0]); err != nil || !details.MarkedAt.IsZero() {
		t.Errorf("the person reads %v, %v", details.MarkedAt, err)
	}
	must(t, p.Appointments.RemoveLateMark(t.Context(), p.Nadia, id))
	if n := p.Journaled(t, "appointment.mark_cleared", p.Nadia, p.Zoe); n != 1 {
		t.Errorf("journaled %d times", n)
	}
	if a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); a.Status != appointment.Confirmed {
		t.Errorf("afterwards: %q", a.Status)
	}
	must(t, p.Appointments.RemoveLateMark(t.Context(), p.Nadia, id)) // pressed twice
	if n := p.Journaled(t, "appointment.mark_cleared", p.Nadia, p.Zoe); n != 1 {
		t.Errorf("journaled %d times", n)
	}
}
