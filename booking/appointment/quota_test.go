package appointment_test

import (
	"context"
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR9_TheContractsNumberOfConsultationsIsEnforced(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.EditClient(t, func(c *company.Client) { c.PerYear = 2 })
	book := func(hours int) (uuid.UUID, error) {
		return p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(hours), Mode: slot.Video, Reason: "housing"})
	}
	used := func(name string) {
		t.Helper()
		if _, err := book(120); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: a third consultation of two: %v", name, err)
		}
	}
	first, err := book(24)
	must(t, err)
	second, err := book(48)
	must(t, err)
	used("two confirmed")
	// The year is that of the appointment's start.
	_, err = book(24 * 40)
	must(t, err)
	if err := p.Bookings.Move(t.Context(), p.Zoe, second, hour(50)); err != nil {
		t.Errorf("moving within the number: %v", err)
	}
	p.SetNow(hour(24))
	for _, outcome := range []appointment.Status{appointment.Attended, appointment.NoShow} {
		must(t, p.Appointments.Conclude(t.Context(), p.Nadia, first, outcome))
		used(string(outcome))
	}
	p.SetNow(hour(49))
	status, err := p.Bookings.Cancel(t.Context(), p.Zoe, second, "")
	if err != nil || status != appointment.CancelledLate {
		t.Fatalf("%q, %v", status, err)
	}
	if _, err := book(120); err != nil {
		t.Errorf("a cancelled appointment counts: %v", err)
	}
}

func TestR9_TwoBookingsAtOnceDoNotBothUseTheLastConsultation(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
	errs := make(chan error, 2)
	for i, worker := range []*viewer.Viewer{p.Nadia, p.Marc} {
		go func() {
			_, err := p.Bookings.Book(context.Background(), p.Zoe, appointment.Request{SocialWorkerID: worker.ID, StartsAt: hour(48 + i), Mode: slot.Video, Reason: "housing"})
			errs <- err
		}()
	}
	a, b := <-errs, <-errs
	if (a == nil) == (b == nil) {
		t.Errorf("%v and %v", a, b)
	}
}
