package booking_test

import (
	"slices"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
)

// The hours to move to are those that moving takes, no more and no fewer, whatever
// buffers and caps stand around the hour that is left.
func TestR18_TheSlotsToMoveToAreThoseThatMovingAccepts(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	day := bookingtest.Start.Add(72 * time.Hour).Truncate(24 * time.Hour)
	w.Open(t, nadia, slot.Opening{FirstDay: day, LastDay: day, Starts: 0, Ends: 24 * 60, Modes: slot.Modes})
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, worker.Settings{HolidayRegion: "metropole", HorizonWeeks: 4, BufferBefore: 30, BufferAfter: 30, PerDay: 2}))
	w.Book(t, w.Beneficiary(t, "Paul", "Morel"), nadia, day.Add(15*time.Hour), slot.Phone)
	a := w.Book(t, zoe, nadia, day.Add(9*time.Hour), slot.Phone)
	moved := 0
	for at := day.Add(-24 * time.Hour); at.Before(day.Add(48 * time.Hour)); at = at.Add(time.Hour) {
		var err error
		a, err = w.Appointments.Appointment(t.Context(), zoe, a.ID)
		must(t, err)
		free, _, err := w.Bookings.FreeToMove(t.Context(), zoe, a)
		must(t, err)
		offered := slices.ContainsFunc(free, func(s slot.Slot) bool { return s.StartsAt.Equal(at) })
		err = w.Bookings.Move(t.Context(), zoe, a.ID, at)
		if offered != (err == nil) {
			t.Errorf("%s is offered: %t, and moving says %v", at, offered, err)
		}
		if err == nil {
			moved++
		}
	}
	if moved < 10 {
		t.Errorf("only %d hours could be moved to", moved)
	}
}

// An appointment does not stand in its own way when it moves by an hour.
func TestR18_MovingCountsTheOldHourAsAvailable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorkerWith(t, weekly(2, 9, 12))
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, worker.Settings{HolidayRegion: "metropole", HorizonWeeks: 4, BufferBefore: 30, PerDay: 1}))
	a := w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.Video)
	must(t, w.Bookings.Move(t.Context(), zoe, a.ID, inParis(tuesday, 10)))
}
