package rebooking_test

import (
	"sync"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR20_AnOfferIsBookedOnceAndCarriesOverWhatThePersonChose(t *testing.T) {
	t.Parallel()
	for _, says := range []bool{false, true} {
		p := bookingtest.NewTrio(t)
		id, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{
			SocialWorkerID: p.Nadia.ID, StartsAt: hour(50), Mode: slot.Video, Reason: "housing", Note: "Une dette.", Needs: appointment.Needs{Interpreter: "arabe"},
		})
		must(t, err)
		a := p.CancelAsWorker(t, p.State(t, id))
		offer := replacement(p.Proposal(t, p.Zoe, a).Offers.SameHour[0])
		offer.Note, offer.Needs = says, says
		booked, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, offer)
		must(t, err)
		next := p.State(t, booked.ID)
		details, err := p.Appointments.Details(t.Context(), p.Marc, next)
		must(t, err)
		if next.Reason != "housing" || next.Mode != slot.Video || next.Status != appointment.Confirmed || next.SocialWorkerID != p.Marc.ID {
			t.Errorf("%+v", next)
		}
		if (details.Note == "Une dette.") != says || (details.Interpreter == "arabe") != says {
			t.Errorf("says %t: %+v", says, details)
		}
		again, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour(70)})
		if err != nil || again.ID != booked.ID {
			t.Errorf("the second press: %v, %v", again, err)
		}
		if declined, err := p.Rebookings.Decline(t.Context(), p.Zoe, a.ID); err != nil || declined != booked.ID {
			t.Errorf("declined after booking: %v, %v", declined, err)
		}
		if now := p.Proposal(t, p.Zoe, a); now.BookedID != booked.ID || !now.Offers.None() {
			t.Errorf("still offered: %+v", now)
		}
		if coming, _, err := p.Appointments.Appointments(t.Context(), p.Zoe); err != nil || len(coming) != 1 {
			t.Errorf("%d upcoming appointments, %v", len(coming), err)
		}
	}
}

func TestR20_OnlyItsPersonSeesAProposal(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	kept := p.Book(t, p.Zoe, p.Nadia, hour(60), slot.Video)
	own := p.Book(t, p.Zoe, p.Nadia, hour(80), slot.Video)
	_, err := p.Bookings.Cancel(t.Context(), p.Zoe, own.ID, "")
	must(t, err)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video))
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	for name, ask := range map[string]struct {
		v  *viewer.Viewer
		id uuid.UUID
	}{
		"another person": {paul, a.ID}, "the worker": {p.Nadia, a.ID}, "another worker": {p.Marc, a.ID}, "nobody": {nil, a.ID}, "nothing": {p.Zoe, uuid.New()},
		"what was not cancelled": {p.Zoe, kept.ID}, "what the person cancelled": {p.Zoe, own.ID},
	} {
		_, shown := p.Rebookings.Proposal(t.Context(), ask.v, ask.id)
		want(t, name+": shown", shown, fault.NotFound)
		_, booked := p.Bookings.Rebook(t.Context(), ask.v, ask.id, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
		want(t, name+": booked", booked, fault.NotFound)
		_, declined := p.Rebookings.Decline(t.Context(), ask.v, ask.id)
		want(t, name+": declined", declined, fault.NotFound)
	}
	for name, r := range map[string]rebooking.Replacement{
		"no hour at all": {SocialWorkerID: p.Marc.ID}, "half an hour late": {SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt.Add(30 * time.Minute)},
		"the past": {SocialWorkerID: p.Marc.ID, StartsAt: hour(-2)}, "one's own hour": {SocialWorkerID: p.Marc.ID, StartsAt: kept.StartsAt},
	} {
		_, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, r)
		want(t, name, err, fault.Invalid)
	}
	_, err = p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: uuid.New(), StartsAt: a.StartsAt})
	want(t, "nobody there", err, fault.NotFound)
}

func TestR20_TenPeopleAreOfferedOneSlotAndOneBooksIt(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	var lost []appointment.Appointment
	var people []*viewer.Viewer
	for i := range 10 {
		people = append(people, p.Beneficiary(t, "Paul", "Tanguy "+string(rune('a'+i))))
		lost = append(lost, p.CancelAsWorker(t, p.Book(t, people[i], p.Nadia, hour(50+2*i), slot.Video)))
	}
	hour := hour(100)
	var wait sync.WaitGroup
	results := make([]error, 20)
	for i := range results { // everybody presses twice
		wait.Go(func() {
			_, results[i] = p.Bookings.Rebook(t.Context(), people[i%10], lost[i%10].ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour})
		})
	}
	wait.Wait()
	got := 0
	for i := range 10 {
		first, second := results[i], results[i+10]
		switch {
		case first == nil && second == nil:
			got++
		case !fault.Is(first, fault.Conflict) || !fault.Is(second, fault.Conflict):
			t.Errorf("%d: %v, %v", i, first, second)
		}
	}
	var booked int
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from appointments where social_worker_id = $1`, p.Marc.ID).Scan(&booked))
	if got != 1 || booked != 1 {
		t.Errorf("%d got it, %d appointments", got, booked)
	}
}

// A person whose rebooking is a request that is not accepted is called as if they had not
// rebooked.
func TestR20_ARequestThatEndsUnconfirmedReopensTheProposal(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"declined", "unanswered", "withdrawn"} {
		p := bookingtest.NewTrio(t)
		late := p.Book(t, p.Zoe, p.Marc, hour(2), slot.Video)
		_, err := p.Bookings.Cancel(t.Context(), p.Zoe, late.ID, "")
		must(t, err)
		a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(100), slot.Video))
		if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || !o.SameHour[0].Asks {
			t.Fatalf("offered: %+v", o)
		}
		booked, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
		if err != nil || booked.Status != appointment.Requested {
			t.Fatalf("%+v, %v", booked, err)
		}
		switch end {
		case "declined":
			must(t, p.Bookings.Answer(t.Context(), p.Marc, booked.ID, false, ""))
		case "unanswered":
			p.SetNow(hour(25))
			must(t, p.Bookings.ReleaseOverdue(t.Context()))
		case "withdrawn":
			_, err := p.Bookings.Cancel(t.Context(), p.Zoe, booked.ID, "")
			must(t, err)
		}
		if now := p.Proposal(t, p.Zoe, a); now.State != rebooking.Open || now.Offers.None() {
			t.Errorf("%s: %+v", end, now)
		}
		p.SetNow(hour(50))
		if got := recalled(t, p.World); len(got) != 1 {
			t.Errorf("%s: to call %v", end, got)
		}
	}
}
