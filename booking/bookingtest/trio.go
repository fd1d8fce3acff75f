package bookingtest

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Trio is a world with a beneficiary and two workers who can be booked at any hour.
type Trio struct {
	*World
	Zoe, Nadia, Marc *viewer.Viewer
}

// NewTrio returns a trio.
func NewTrio(t testing.TB) Trio {
	t.Helper()
	w := New(t)
	return Trio{w, w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Marc", "Tanguy")}
}

// NewMarkedTrio returns a trio in which Zoé cancelled an appointment with Nadia late.
func NewMarkedTrio(t testing.TB) Trio {
	t.Helper()
	p := NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, Hour(2), slot.Video)
	status, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
	if err != nil || status != appointment.CancelledLate {
		t.Fatalf("%q, %v", status, err)
	}
	return p
}

// State returns an appointment of Zoé in its current state.
func (p Trio) State(t testing.TB, id uuid.UUID) appointment.Appointment {
	t.Helper()
	a, err := p.Appointments.Appointment(t.Context(), p.Zoe, id)
	Must(t, err)
	return a
}

// Request is a booking with a worker at Hour(hours).
func Request(worker *viewer.Viewer, hours int) appointment.Request {
	return RequestAt(worker, Hour(hours))
}

// RequestAt is a booking with a worker, by video and about housing.
func RequestAt(worker *viewer.Viewer, at time.Time) appointment.Request {
	return appointment.Request{SocialWorkerID: worker.ID, StartsAt: at, Mode: slot.Video, Reason: "housing"}
}

// Place books the Request.
func (w *World) Place(t testing.TB, v, worker *viewer.Viewer, hours int) error {
	t.Helper()
	_, err := w.Bookings.Place(t.Context(), v, Request(worker, hours))
	return err
}
