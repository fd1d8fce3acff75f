package waitlist_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
)

// After random changes of an agenda, the waitlist is notified of every released slot once, and
// of no other.
func TestR12_EveryReleasedSlotIsNotifiedOnceAndNoOther(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 1))
	w := newWaitlistWorld(t)
	w.refresh(t)
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{SocialWorkerID: w.Nadia.ID}))
	until := w.entries(t)[0].Until
	var booked []appointment.Appointment
	want := map[time.Time]int{}
	observe := func(before []slot.Slot) (after []slot.Slot) {
		after = w.Available(t, w.Nadia.ID)
		w.refresh(t)
		for _, hour := range after {
			isNew := !slices.ContainsFunc(before, func(b slot.Slot) bool { return b.StartsAt.Equal(hour.StartsAt) })
			if isNew && hour.StartsAt.Before(until) {
				want[hour.StartsAt.UTC()]++
			}
		}
		got := map[time.Time]int{}
		for _, at := range w.notified(t, w.Zoe) {
			got[at]++
		}
		if !maps.Equal(got, want) {
			t.Fatalf("notified of %v, want %v", got, want)
		}
		return after
	}
	for range 25 {
		before := w.Available(t, w.Nadia.ID)
		switch n := draw.IntN(5); {
		case n < 2 && len(before) > 0:
			booked = append(booked, w.Book(t, w.paul, w.Nadia, before[draw.IntN(min(6, len(before)))].StartsAt, slot.Video))
		case n == 2 && len(booked) > 0:
			i := draw.IntN(len(booked))
			switch now := w.DB.Now(); {
			case booked[i].PenaltyFree(now):
				w.Cancel(t, w.paul, booked[i])
			case booked[i].StartsAt.After(now): // too late for Paul, who would be marked
				w.CancelOpen(t, w.Nadia, booked[i])
			}
			booked = slices.Delete(booked, i, i+1)
		case n == 3:
			day := w.DB.Now().Truncate(24*time.Hour).AddDate(0, 0, 1+draw.IntN(20))
			err := w.Agendas.AddOpening(t.Context(), w.Nadia, slot.Opening{FirstDay: day, LastDay: day, Starts: 60 * (8 + draw.IntN(8)), Ends: 60 * 17, Modes: slot.Modes})
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		case n == 4:
			w.away(t, draw)
		}
		after := observe(before)
		w.SetNow(w.DB.Now().Add(25 * time.Hour))
		observe(after) // an overdue request releases its slot too
	}
}

// away adds an absence, or removes one.
func (w *waitlistWorld) away(t *testing.T, draw *rand.Rand) {
	t.Helper()
	absences, err := w.Agendas.Absences(t.Context(), w.Nadia)
	must(t, err)
	if len(absences) > 0 && draw.IntN(2) == 0 {
		must(t, w.Agendas.RemoveAbsence(t.Context(), w.Nadia, absences[0].ID))
		return
	}
	from := w.DB.Now().Add(time.Duration(draw.IntN(400)) * time.Hour)
	must(t, w.Agendas.AddAbsence(t.Context(), w.Nadia, slot.Period{From: from, To: from.Add(50 * time.Hour)}, true))
}
