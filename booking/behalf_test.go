package booking_test

import (
	"slices"
	"strings"
	"testing"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR12_WorkersAndTheSwitchboardBookOnBehalfOfPeople(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	yann := p.Member(t, viewer.Switchboard, "Yann")
	ask := func(v *viewer.Viewer, worker *viewer.Viewer, hours int, who uuid.UUID) (uuid.UUID, error) {
		return p.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: hour(hours), Mode: slot.Phone, Reason: "housing", Note: "Un mot.", For: who})
	}
	for name, c := range map[string]struct {
		v, worker *viewer.Viewer
		who       uuid.UUID
		code      fault.Code
	}{
		"a person for another":           {p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, p.Zoe.ID, fault.Forbidden},
		"a worker for a stranger":        {p.Nadia, p.Nadia, p.Zoe.ID, fault.NotFound},
		"a worker in another's agenda":   {p.Nadia, p.Marc, p.Zoe.ID, fault.Forbidden},
		"an agent for nobody":            {yann, p.Nadia, uuid.Nil, fault.Forbidden},
		"an agent for a worker":          {yann, p.Nadia, p.Marc.ID, fault.NotFound},
		"an agent for an unknown person": {yann, p.Nadia, uuid.New(), fault.NotFound},
		"an administrator for somebody":  {p.Admin, p.Nadia, p.Zoe.ID, fault.Forbidden},
	} {
		if _, err := ask(c.v, c.worker, 48, c.who); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	byDesk, err := ask(yann, p.Nadia, 48, p.Zoe.ID)
	must(t, err)
	byWorker, err := ask(p.Nadia, p.Nadia, 50, p.Zoe.ID)
	must(t, err)
	if n := p.Journaled(t, "appointment.booked", yann, p.Zoe) + p.Journaled(t, "appointment.booked", p.Nadia, p.Zoe); n != 2 {
		t.Errorf("journaled %d times", n)
	}
	if notified := p.Notified(t, p.Zoe); notified["confirmation"] != 2 {
		t.Errorf("the person is notified of %v", notified)
	}
	p.Book(t, p.Zoe, p.Marc, hour(54), slot.Video)
	if _, err := ask(p.Nadia, p.Nadia, 54, p.Zoe.ID); !fault.Is(err, fault.Invalid) || strings.Contains(fault.From(err).Message, "rendez-vous") {
		t.Errorf("a worker learns what the person does then: %v", err)
	}
	a := p.State(t, byDesk)
	if _, err := p.Appointments.Details(t.Context(), yann, a); !fault.Is(err, fault.NotFound) {
		t.Errorf("the agent reads the note: %v", err)
	}
	if details, err := p.Appointments.Details(t.Context(), p.Zoe, a); err != nil || details.Note != "Un mot." {
		t.Errorf("the person reads %q, %v", details.Note, err)
	}
	coming, err := p.Appointments.ComingOf(t.Context(), yann, p.Zoe.ID)
	if err != nil || !slices.ContainsFunc(coming, func(c appointment.Appointment) bool { return c.ID == byWorker }) {
		t.Errorf("the agent sees %v, %v", coming, err)
	}
	if n := p.Journaled(t, "appointment.shown", yann, p.Zoe); n != 1 {
		t.Errorf("showing the appointments is journaled %d times", n)
	}
	must(t, p.Bookings.Move(t.Context(), yann, byDesk, hour(52)))
	status, err := p.Bookings.Cancel(t.Context(), yann, byDesk, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("cancelled by the agent: %q, %v", status, err)
	}
	p.SetNow(hour(40))
	status, err = p.Bookings.CancelAs(t.Context(), p.Nadia, byWorker, booking.Cancellation{Asked: true})
	if err != nil || status != appointment.CancelledLate {
		t.Errorf("cancelled late by the worker whom the person asked: %q, %v", status, err)
	}
	for act, want := range map[string]int{"appointment.moved": 1, "appointment.cancelled": 1} {
		if n := p.Journaled(t, act, yann, p.Zoe); n != want {
			t.Errorf("%s is journaled %d times", act, n)
		}
	}
	// The rules are the same: for a marked person it is a request, unless the worker books it.
	desk, err := p.Bookings.Place(t.Context(), yann, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(90), Mode: slot.Phone, Reason: "housing", For: p.Zoe.ID})
	if err != nil || desk.Status != appointment.Requested {
		t.Errorf("by the agent: %q, %v", desk.Status, err)
	}
	own, err := p.Bookings.Place(t.Context(), p.Nadia, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(92), Mode: slot.Phone, Reason: "housing", For: p.Zoe.ID})
	if err != nil || own.Status != appointment.Confirmed {
		t.Errorf("by the worker: %q, %v", own.Status, err)
	}
}
