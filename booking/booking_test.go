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

func TestR13_HoursThatWereNeverAvailableAreInvalid(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	worker := w.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris")
	tuesday := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	w.Open(t, worker, slot.Opening{Weekday: 2, FirstDay: tuesday, Starts: 9 * 60, Ends: 12 * 60, Modes: []slot.Mode{slot.Video}})
	absent := slot.Period{From: at(tuesday, 9), To: at(tuesday, 10)} // 10:00 to 11:00 in Paris
	if err := w.Agendas.AddAbsence(context.Background(), worker, absent, false); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]appointment.Request{
		"on an absence":       {StartsAt: at(tuesday, 9), Mode: slot.Video, Reason: "money"},
		"off the grid":        {StartsAt: at(tuesday, 8).Add(30 * time.Minute), Mode: slot.Video, Reason: "money"},
		"half a second off":   {StartsAt: at(tuesday, 8).Add(-time.Second / 2), Mode: slot.Video, Reason: "money"},
		"a microsecond off":   {StartsAt: at(tuesday, 8).Add(-time.Microsecond), Mode: slot.Video, Reason: "money"},
		"before the opening":  {StartsAt: at(tuesday, 7), Mode: slot.Video, Reason: "money"},
		"after the opening":   {StartsAt: at(tuesday, 11), Mode: slot.Video, Reason: "money"},
		"in the past":         {StartsAt: bookingtest.Start.Add(-24 * time.Hour), Mode: slot.Video, Reason: "money"},
		"now":                 {StartsAt: bookingtest.Start, Mode: slot.Video, Reason: "money"},
		"a mode not offered":  {StartsAt: at(tuesday, 8), Mode: slot.Phone, Reason: "money"},
		"a mode that is none": {StartsAt: at(tuesday, 8), Mode: "fax", Reason: "money"},
		"an unknown reason":   {StartsAt: at(tuesday, 8), Mode: slot.Video, Reason: "astrology"},
		"beyond the horizon":  {StartsAt: at(tuesday, 8).AddDate(0, 0, 7*60), Mode: slot.Video, Reason: "money"},
	} {
		r.SocialWorkerID = worker.ID
		if _, err := w.Bookings.Book(context.Background(), v, r); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	if _, err := w.Bookings.Book(context.Background(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: at(tuesday, 8), Mode: slot.Video, Reason: "money"}); err != nil {
		t.Errorf("the free hour beside them: %v", err)
	}
}

func at(day time.Time, hour int) time.Time { return day.Add(time.Duration(hour) * time.Hour) }

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
