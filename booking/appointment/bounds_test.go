package appointment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR47_UpcomingAppointmentsOfOnePersonAreLimited(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.DefaultBounds)
	p.Mark(t, p.Marc, p.Zoe)
	for i := range 4 {
		p.Book(t, p.Zoe, p.Nadia, hour(30+i), slot.Video)
	}
	if asked := p.Book(t, p.Zoe, p.Marc, hour(40), slot.Video); asked.Status != appointment.Requested { // counts as well
		t.Fatalf("%q", asked.Status)
	}
	_, err := p.Bookings.Place(t.Context(), p.Zoe, request(p.Marc, 50))
	if f := fault.From(err); f.Code != fault.Invalid || !strings.Contains(f.Message, "5\u00a0rendez-vous à venir") {
		t.Fatalf("one more: %v, %q", err, f.Message)
	}
	if n := p.Count(t, `appointments where beneficiary_id = $1`, p.Zoe.ID); n != 5 {
		t.Errorf("%d appointments", n)
	}
	p.Book(t, p.Beneficiary(t, "Paul", "Morel"), p.Marc, hour(50), slot.Video) // the limit is for each person
	coming, _, err := p.Appointments.Appointments(t.Context(), p.Zoe)
	must(t, err)
	must(t, p.Bookings.Move(t.Context(), p.Zoe, coming[0].ID, hour(60))) // a move needs no room
	_, err = p.Bookings.Cancel(t.Context(), p.Zoe, coming[1].ID, "")
	must(t, err)
	p.Book(t, p.Zoe, p.Nadia, hour(70), slot.Video)
	want(t, "full again", p.Place(t, p.Zoe, p.Nadia, 71), fault.Invalid)
	p.SetNow(hour(32)) // one has begun and the request is overdue: neither is upcoming
	p.Book(t, p.Zoe, p.Nadia, hour(71), slot.Video)
	p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	want(t, "full once more", p.Place(t, p.Zoe, p.Nadia, 73), fault.Invalid)
}

// Without a limit, one account with one session booked 315 of 1,016 available slots within
// half a minute, with as many SMS.
func TestR47_TheLimitAppliesToConcurrentBookings(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.DefaultBounds)
	workers := []*viewer.Viewer{p.Nadia, p.Marc, p.SocialWorker(t, "Lina", "Morel")}
	ended := bookingtest.AtOnce(60, func(i int) error {
		_, err := p.Bookings.Place(context.Background(), p.Zoe, request(workers[i%3], 30+i))
		return err
	})
	if ended[""] != 5 || ended[fault.Invalid] != 55 {
		t.Errorf("%v", ended)
	}
	if n := p.Count(t, `appointments where beneficiary_id = $1`, p.Zoe.ID); n != 5 {
		t.Errorf("%d appointments", n)
	}
	if notified := p.Notified(t, p.Zoe); notified["confirmation"] != 5 {
		t.Errorf("notified of %v", notified)
	}
}

// Booking and cancelling in turns never exceeds the limit of upcoming appointments, but
// notifies the worker each time.
func TestR47_ActsOfADayAreLimited(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 5, Acts: 6})
	p.SetNow(hour(1))
	for i := range 3 {
		a := p.Book(t, p.Zoe, p.Nadia, hour(50+i), slot.Video)
		p.SetNow(hour(i + 2))
		_, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
		must(t, err)
	}
	err := p.Place(t, p.Zoe, p.Nadia, 60)
	if f := fault.From(err); f.Code != fault.Throttled || f.RetryAfter != 21*time.Hour || !strings.Contains(f.Message, "Revenez dans 21\u00a0heures") {
		t.Fatalf("%v, in %v: %q", err, f.RetryAfter, f.Message)
	}
	if notified := p.Notified(t, p.Nadia); notified["confirmation"]+notified["cancellation"] != 6 {
		t.Errorf("the worker was notified of %v", notified)
	}
	p.Book(t, p.Beneficiary(t, "Paul", "Morel"), p.Nadia, hour(60), slot.Video)
	p.SetNow(hour(25).Add(-time.Microsecond))
	want(t, "a moment before", p.Place(t, p.Zoe, p.Nadia, 61), fault.Throttled)
	p.SetNow(hour(25))
	must(t, p.Place(t, p.Zoe, p.Nadia, 61))
}

func TestR47_ActsAtOnceAreCountedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 100, Acts: 12})
	a := p.Book(t, p.Zoe, p.Marc, hour(200), slot.Video)
	ended := bookingtest.AtOnce(60, func(i int) error {
		switch i % 3 {
		case 0:
			_, err := p.Bookings.Place(context.Background(), p.Zoe, request(p.Nadia, 30+i))
			return err
		case 1:
			return p.Bookings.Move(context.Background(), p.Zoe, a.ID, hour(201+i))
		}
		return p.Bookings.ChangeNeeds(context.Background(), p.Zoe, a.ID, appointment.Needs{Companion: fmt.Sprint(i)})
	})
	if ended[""] != 11 || ended[fault.Throttled] != 49 {
		t.Errorf("%v", ended)
	}
	if notified := p.Notified(t, p.Nadia)["confirmation"] + p.Notified(t, p.Marc)["confirmation"] + p.Notified(t, p.Marc)["change"]; notified != 12 {
		t.Errorf("the workers were notified %d times", notified)
	}
}

// A booking on behalf of a person may exceed their limit, which is journaled; it does not
// count towards it.
func TestR47_BookingOnBehalfMayExceedTheBoundAndIsJournaled(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 2, Acts: 2})
	p.Book(t, p.Zoe, p.Nadia, hour(30), slot.Video)
	desk := bookingtest.SwitchboardAgent()
	for i, c := range []struct {
		as     *viewer.Viewer
		worker *viewer.Viewer
		beyond int
	}{{desk, p.Marc, 0}, {desk, p.Marc, 1}, {p.Nadia, p.Nadia, 1}} {
		request := request(c.worker, 40+i)
		request.For = p.Zoe.ID
		_, err := p.Bookings.Place(t.Context(), c.as, request)
		must(t, err)
		if n := p.Journaled(t, "appointment.booked_beyond", c.as, p.Zoe); n != c.beyond {
			t.Errorf("booking %d: journaled as beyond the limit %d times", i, n)
		}
	}
	if n := p.ActsOf(t, p.Zoe); n != 1 {
		t.Errorf("%d acts count for the person", n)
	}
	want(t, "the person themselves", p.Place(t, p.Zoe, p.Nadia, 50), fault.Invalid)
	if n := p.Journaled(t, "appointment.booked_beyond", p.Zoe, p.Zoe); n != 0 {
		t.Errorf("a refused booking is journaled")
	}
	other := request(p.Marc, 60)
	other.For = p.Zoe.ID
	_, err := p.Bookings.Place(t.Context(), p.Beneficiary(t, "Paul", "Morel"), other)
	want(t, "somebody else for them", err, fault.Forbidden)
}

func TestR47_ActsThatNoLongerCountAreDeleted(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video)
	paul := p.Beneficiary(t, "Paul", "Morel")
	p.SetNow(hour(10))
	p.Book(t, paul, p.Nadia, hour(51), slot.Video)
	p.SetNow(hour(24))
	must(t, p.Waitlist.RefreshSlots(t.Context()))
	if n := p.Count(t, `booking_acts`); n != 1 {
		t.Errorf("the acts of %d people are stored", n)
	}
	p.Erase(t, paul)
	if n := p.Count(t, `booking_acts`); n != 0 {
		t.Errorf("the acts of an erased person are stored")
	}
}
