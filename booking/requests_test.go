package booking_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR19_AfterALateCancellationOnlyBookingsWithThatWorkerAreRequests(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	asked := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	if want := hour(24); asked.Status != appointment.Requested || !asked.AnswerBy.Equal(want) {
		t.Errorf("with the same worker: %q until %v, want requested until %v", asked.Status, asked.AnswerBy, want)
	}
	if other := p.Book(t, p.Zoe, p.Marc, hour(48), slot.Video); other.Status != appointment.Confirmed {
		t.Errorf("with another worker: %q", other.Status)
	}
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	if others := p.Book(t, paul, p.Nadia, hour(49), slot.Video); others.Status != appointment.Confirmed {
		t.Errorf("somebody else: %q", others.Status)
	}
	_, err := p.Bookings.Book(t.Context(), paul, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: asked.StartsAt, Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the slot that the request occupies: %v", err)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["request"] != 1 || nadia["request"] != 1 {
		t.Errorf("notified of %v and %v", zoe, nadia)
	}
	waiting, err := p.Appointments.Requests(t.Context(), p.Nadia)
	if err != nil || len(waiting) != 1 || waiting[0].ID != asked.ID {
		t.Errorf("the worker sees %v, %v", waiting, err)
	}
}

func TestR19_PenaltyFreeCancellingLeavesNoMark(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(24), slot.Video)
	_, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
	must(t, err)
	b := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)
	_, err = p.Bookings.Cancel(t.Context(), p.Nadia, b.ID, "")
	must(t, err)
	if again := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("after a penalty-free cancelling and the worker's own: %q", again.Status)
	}
}

func TestR19_TheDeadlineIsADayOrOneHourBeforeTheStart(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	near := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	if !near.AnswerBy.Equal(hour(4)) {
		t.Errorf("a request for a slot in 5 hours can be answered until %v", near.AnswerBy)
	}
	_, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(1), Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a slot too soon to be answered an hour before: %v", err)
	}
}

func TestR19_AcceptingAndDecliningNotifyThePerson(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	yes, no := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(74), slot.Video)
	for name, v := range map[string]*viewer.Viewer{"another worker": p.Marc, "the person": p.Zoe} {
		if err := p.Bookings.Answer(t.Context(), v, yes.ID, true, ""); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s answers: %v", name, err)
		}
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, yes.ID, true, ""))
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, no.ID, false, "Je serai en formation."))
	if a := p.State(t, yes.ID); a.Status != appointment.Confirmed || a.Sequence != 1 {
		t.Errorf("accepted: %q, sequence %d", a.Status, a.Sequence)
	}
	declined := p.State(t, no.ID)
	details, err := p.Appointments.Details(t.Context(), p.Zoe, declined)
	if declined.Status != appointment.Declined || err != nil || details.Reply != "Je serai en formation." {
		t.Errorf("declined: %q, %q, %v", declined.Status, details.Reply, err)
	}
	if notified := p.Notified(t, p.Zoe); notified["accepted"] != 1 || notified["declined"] != 1 {
		t.Errorf("the person is notified of %v", notified)
	}
	for id, accept := range map[uuid.UUID]bool{yes.ID: false, no.ID: true} {
		if err := p.Bookings.Answer(t.Context(), p.Nadia, id, accept, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered otherwise afterwards: %v", err)
		}
	}
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, no.StartsAt, slot.Video)
}

func TestR19_ARequestIsAnsweredUntilItsDeadlineAndThenReleasesItsSlot(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	p.SetNow(a.AnswerBy)
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.State(t, a.ID); got.Status != appointment.Requested {
		t.Fatalf("at its deadline: %q", got.Status)
	}
	p.SetNow(a.AnswerBy.Add(time.Microsecond))
	if err := p.Bookings.Answer(t.Context(), p.Nadia, a.ID, true, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("after its deadline: %v", err)
	}
	if notified := p.Notified(t, p.Zoe); notified["expired"] != 0 {
		t.Errorf("a refused answer notified: %v", notified)
	}
	// Without the periodic job, the booking itself releases overdue requests.
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Book(t, paul, p.Nadia, a.StartsAt, slot.Video)
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.State(t, a.ID); got.Status != appointment.Expired || got.Sequence != 1 {
		t.Errorf("released: %q, sequence %d", got.Status, got.Sequence)
	}
	if notified := p.Notified(t, p.Zoe); notified["expired"] != 1 {
		t.Errorf("the person is notified of %v", notified)
	}
}

// A person's own overdue request blocks none of their bookings, with any worker.
func TestR19_AnOverdueRequestElsewhereIsNoOverlap(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	p.SetNow(a.AnswerBy.Add(time.Minute))
	p.Book(t, p.Zoe, p.Marc, a.StartsAt, slot.Video)
	if got := p.State(t, a.ID); got.Status != appointment.Expired {
		t.Errorf("the request is %q", got.Status)
	}
}

func TestR19_TheJobReleasesEveryOverdueRequest(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	first, second := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(74), slot.Video)
	p.SetNow(hour(25))
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	for _, a := range []appointment.Appointment{first, second} {
		var kept string
		must(t, p.DB.Pool.QueryRow(t.Context(), `select status from appointments where id = $1`, a.ID).Scan(&kept))
		if kept != "expired" {
			t.Errorf("kept as %q", kept)
		}
	}
	if notified := p.Notified(t, p.Zoe); notified["expired"] != 2 {
		t.Errorf("notified of %v", notified)
	}
}

func TestR19_CancellingARequestIsAlwaysPenaltyFree(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(6), slot.Video)
	status, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("%q, %v", status, err)
	}
}

func TestR19_RequestingTwiceMakesOneRequest(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	first := pressed(t, p, 8, request(p.Nadia, 60))
	p.SetNow(hour(24).Add(time.Microsecond)) // overdue and not released yet
	again, err := p.Bookings.Place(t.Context(), p.Zoe, request(p.Nadia, 60))
	must(t, err)
	if again.ID == first.ID || again.Status != appointment.Requested {
		t.Errorf("an expired request counts as the same: %v", again)
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, again.ID, true, ""))
	if after, err := p.Bookings.Place(t.Context(), p.Zoe, request(p.Nadia, 60)); err != nil || after.ID != again.ID || after.Status != appointment.Confirmed {
		t.Errorf("pressed again once it was accepted: %v, %v", after, err)
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, again.ID, true, "")) // the worker presses twice
	want(t, "declined after it was accepted", p.Bookings.Answer(t.Context(), p.Nadia, again.ID, false, ""), fault.Conflict)
	if notified := p.Notified(t, p.Zoe); notified["accepted"] != 1 || notified["request"] != 2 {
		t.Errorf("notified of %v", notified)
	}
	declined := p.Book(t, p.Zoe, p.Nadia, hour(70), slot.Video)
	for range 2 {
		must(t, p.Bookings.Answer(t.Context(), p.Nadia, declined.ID, false, ""))
	}
	want(t, "accepted after it was declined", p.Bookings.Answer(t.Context(), p.Nadia, declined.ID, true, ""), fault.Conflict)
	if notified := p.Notified(t, p.Zoe); notified["declined"] != 1 {
		t.Errorf("notified of %v", notified)
	}
}
