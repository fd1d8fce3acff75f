package booking_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

func TestR13_AnHourIsNeverGivenTwice(t *testing.T) {
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
			t.Errorf("a loser got %v, want Conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d people got the hour, want 1", won)
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
		t.Errorf("the person got %d of the hours, want 1", won)
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
		t.Errorf("nobody: got %v, want Forbidden", err)
	}
}

func TestR18_CancellingIsFreeUntil24ElapsedHoursBefore(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker := w.SocialWorker(t, "Nadia", "Le Goff")
	// The clocks change in the night before this appointment: 24 elapsed hours
	// before are not the same time of day.
	start := time.Date(2027, 3, 28, 12, 0, 0, 0, time.UTC)
	w.SetNow(start.AddDate(0, 0, -7))
	for _, c := range []struct {
		now  time.Time
		want appointment.Status
	}{
		{start.Add(-24*time.Hour - time.Microsecond), appointment.Cancelled},
		{start.Add(-24 * time.Hour), appointment.Cancelled},
		{start.Add(-24*time.Hour + time.Microsecond), appointment.CancelledLate},
		{start.Add(-time.Microsecond), appointment.CancelledLate},
	} {
		w.SetNow(start.AddDate(0, 0, -7))
		v := w.Beneficiary(t, "Zoé", "Vidal") // whom no earlier late cancellation marks
		a := w.Book(t, v, worker, start, slot.Video)
		w.SetNow(c.now)
		got, err := w.Bookings.Cancel(context.Background(), v, a.ID, "")
		if err != nil || got != c.want {
			t.Errorf("at %s before: got %q, %v, want %q", start.Sub(c.now), got, err, c.want)
		}
	}
}

func TestR18_WhatHasBegunOrIsCancelledCannotBeCancelled(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker, v := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	a := w.Book(t, v, worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	w.SetNow(a.StartsAt)
	if _, err := w.Bookings.Cancel(context.Background(), v, a.ID, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("at its start: got %v, want Conflict", err)
	}
	w.SetNow(bookingtest.Start)
	if _, err := w.Bookings.Cancel(context.Background(), v, a.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Bookings.Cancel(context.Background(), worker, a.ID, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("by the other one afterwards: got %v, want Conflict", err)
	}
}

func TestR18_OnlyItsPeopleCancelAndTheHourIsFreeAgain(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker, zoe, paul := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	a := w.Book(t, zoe, worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	if _, err := w.Bookings.Cancel(context.Background(), paul, a.ID, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: got %v, want NotFound", err)
	}
	got, err := w.Bookings.Cancel(context.Background(), worker, a.ID, "Je suis souffrante.")
	if err != nil || got != appointment.CancelledByWorker {
		t.Fatalf("the worker: got %q, %v", got, err)
	}
	w.Book(t, paul, worker, a.StartsAt, slot.Video)
}
