package booking_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

func TestR13_ASlotIsNeverBookedTwice(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker := w.SocialWorker(t, "Nadia", "Le Goff")
	start := bookingtest.Start.Add(48 * time.Hour)
	const people = 20
	results := make([]error, people)
	var wait sync.WaitGroup
	for i := range people {
		v := w.Beneficiary(t, "Zoé", "Vidal")
		wait.Go(func() {
			_, results[i] = w.Bookings.Book(context.Background(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: start, Mode: slot.Video, Reason: "money"})
		})
	}
	wait.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict):
			t.Errorf("a person who lost got %v, want Conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d people got the slot, want 1", won)
	}
}

func TestR13_OnePersonNeverHasTwoAppointmentsAtOnce(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	start := bookingtest.Start.Add(48 * time.Hour)
	workers := make([]uuid.UUID, 6)
	for i := range workers {
		workers[i] = w.SocialWorker(t, "Nadia", "Le Goff").ID
	}
	results := make([]error, len(workers))
	var wait sync.WaitGroup
	for i, id := range workers {
		wait.Go(func() {
			_, results[i] = w.Bookings.Book(context.Background(), v, appointment.Request{SocialWorkerID: id, StartsAt: start, Mode: slot.Phone, Reason: "money"})
		})
	}
	wait.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Invalid):
			t.Errorf("an overlap got %v, want Invalid", err)
		}
	}
	if won != 1 {
		t.Errorf("the person got %d of the slots, want 1", won)
	}
}

func TestR12_OnlyABeneficiaryBooks(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker := w.SocialWorker(t, "Nadia", "Le Goff")
	r := appointment.Request{SocialWorkerID: worker.ID, StartsAt: bookingtest.Start.Add(time.Hour), Mode: slot.Video, Reason: "money"}
	if _, err := w.Bookings.Book(context.Background(), worker, r); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a worker: got %v, want Forbidden", err)
	}
	if _, err := w.Bookings.Book(context.Background(), nil, r); !fault.Is(err, fault.Forbidden) {
		t.Errorf("signed out: got %v, want Forbidden", err)
	}
}

// pressed submits the same booking of Zoé several times at once, and returns the one result
// that all must have.
func pressed(t *testing.T, p bookingtest.Trio, times int, r appointment.Request) (booked appointment.Booked) {
	t.Helper()
	all := make([]appointment.Booked, times)
	ended := bookingtest.AtOnce(times, func(i int) (err error) {
		all[i], err = p.Bookings.Place(context.Background(), p.Zoe, r)
		return err
	})
	if booked = all[0]; ended[""] != times || len(slices.Compact(all)) != 1 {
		t.Fatalf("%v, the results are %v", ended, all)
	}
	return booked
}

func TestR12_BookingTwiceMakesOneAppointment(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 2, Acts: 3})
	p.Book(t, p.Zoe, p.Marc, hour(100), slot.Video)
	pressed(t, p, 12, request(p.Nadia, 48))
	if notified := p.Notified(t, p.Nadia); notified["confirmation"] != 1 {
		t.Errorf("the worker was notified of %v", notified)
	}
	if n := p.ActsOf(t, p.Zoe); n != 2 {
		t.Errorf("%d acts", n)
	}
	first := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video) // she has reached the bound, but it is the same booking
	other := request(p.Nadia, 48)
	other.Mode = slot.Phone
	_, err := p.Bookings.Place(t.Context(), p.Zoe, other)
	want(t, "in another mode", err, fault.Invalid)
	want(t, "with somebody else", p.Place(t, p.Zoe, p.Marc, 48), fault.Invalid)
	want(t, "by somebody else", p.Place(t, p.Beneficiary(t, "Paul", "Morel"), p.Nadia, 48), fault.Conflict)
	_, err = p.Bookings.Cancel(t.Context(), p.Zoe, first.ID, "")
	must(t, err)
	p.SetNow(hour(25))
	if again := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); again.ID == first.ID {
		t.Error("a cancelled appointment counts as the same booking")
	}
}
