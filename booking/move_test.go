package booking_test

import (
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
)

func TestR18_MovingKeepsTheAppointmentAndReleasesTheOldSlot(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	if err := p.Bookings.Move(t.Context(), p.Beneficiary(t, "Paul", "Tanguy"), a.ID, hour(50)); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: %v", err)
	}
	must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(50)))
	moved := p.State(t, a.ID)
	if !moved.StartsAt.Equal(hour(50)) || moved.Status != appointment.Confirmed || moved.Sequence != 1 {
		t.Errorf("moved: %+v", moved)
	}
	p.Book(t, p.Beneficiary(t, "Ali", "Vidal"), p.Nadia, hour(48), slot.Video)
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("notified of %v and %v", zoe, nadia)
	}
	if again := p.Book(t, p.Zoe, p.Nadia, hour(52), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("a penalty-free move left a mark: %q", again.Status)
	}
}

func TestR18_MovingIsPenaltyFreeUntil24ElapsedHoursBeforeAndMarkedLater(t *testing.T) {
	t.Parallel()
	for late, want := range map[time.Duration]appointment.Status{0: appointment.Confirmed, time.Microsecond: appointment.Requested} {
		p := bookingtest.NewTrio(t)
		a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
		p.SetNow(a.PenaltyFreeUntil().Add(late))
		must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(90)))
		if moved := p.State(t, a.ID); moved.Status != appointment.Confirmed {
			t.Errorf("%v after the deadline: the moved appointment is %q", late, moved.Status)
		}
		if next := p.Book(t, p.Zoe, p.Nadia, hour(96), slot.Video); next.Status != want {
			t.Errorf("%v after the deadline: the next booking is %q, want %q", late, next.Status, want)
		}
	}
}

func TestR19_AMarkedPersonsMoveBecomesARequest(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, a.ID, true, ""))
	must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(74)))
	if moved := p.State(t, a.ID); moved.Status != appointment.Requested || !moved.AnswerBy.Equal(hour(24)) {
		t.Errorf("moved by the person: %q until %v", moved.Status, moved.AnswerBy)
	}
	must(t, p.Bookings.Move(t.Context(), p.Nadia, a.ID, hour(76)))
	if moved := p.State(t, a.ID); moved.Status != appointment.Confirmed {
		t.Errorf("moved by the worker: %q", moved.Status)
	}
}

func TestR18_AMoveThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, hour(50), slot.Video)
	p.Book(t, p.Zoe, p.Marc, hour(52), slot.Video)
	for name, c := range map[string]struct {
		to   time.Time
		code fault.Code
	}{
		"a booked slot":         {hour(50), fault.Conflict},
		"their own appointment": {hour(52), fault.Invalid},
		"the past":              {hour(-24), fault.Invalid},
		"off the grid":          {hour(55).Add(17 * time.Minute), fault.Invalid},
		"far ahead":             {hour(24 * 400), fault.Invalid},
	} {
		if err := p.Bookings.Move(t.Context(), p.Zoe, a.ID, c.to); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if now := p.State(t, a.ID); !now.StartsAt.Equal(a.StartsAt) || now.Sequence != 0 {
			t.Errorf("%s: it is now %+v", name, now)
		}
	}
	p.SetNow(a.StartsAt)
	if err := p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(80)); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

// The slots to move to are those that moving accepts, no more and no fewer, whatever
// buffers and daily number apply around the old slot.
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
		available, _, err := w.Bookings.AvailableToMove(t.Context(), zoe, a)
		must(t, err)
		offered := slices.ContainsFunc(available, func(s slot.Slot) bool { return s.StartsAt.Equal(at) })
		err = w.Bookings.Move(t.Context(), zoe, a.ID, at)
		if offered != (err == nil) {
			t.Errorf("%s is offered: %t, and moving says %v", at, offered, err)
		}
		if err == nil {
			moved++
		}
	}
	if moved < 10 {
		t.Errorf("the appointment could be moved to only %d slots", moved)
	}
}

// An appointment does not block its own move by an hour.
func TestR18_MovingCountsTheOldSlotAsAvailable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorkerWith(t, weekly(2, 9, 12))
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, worker.Settings{HolidayRegion: "metropole", HorizonWeeks: 4, BufferBefore: 30, PerDay: 1}))
	a := w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.Video)
	must(t, w.Bookings.Move(t.Context(), zoe, a.ID, inParis(tuesday, 10)))
}
