package bookingtest

import (
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Tuesday is the day after Start, and NextMonday a week after Start's day, as midnight UTC.
var (
	Tuesday    = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	NextMonday = time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)
)

// Hour is the instant n hours after Start.
func Hour(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }

// InParis is an hour of a day in Paris in winter.
func InParis(day time.Time, hour int) time.Time { return day.Add(time.Duration(hour-1) * time.Hour) }

// Weekly is a weekly opening on a weekday (Monday is 1), from one hour to another.
func Weekly(weekday, from, until int) slot.Opening {
	return slot.Opening{Weekday: weekday, FirstDay: day(Start.AddDate(0, 0, -6)), Starts: from * 60, Ends: until * 60, Modes: slot.Modes}
}

// Once is an opening on one day, from one hour to another.
func Once(day time.Time, from, until int) slot.Opening {
	return slot.Opening{FirstDay: day, LastDay: day, Starts: from * 60, Ends: until * 60, Modes: slot.Modes}
}

// SocialWorkerWith adds a worker in Paris with only these openings, and default settings but no lead time.
func (w *World) SocialWorkerWith(t testing.TB, openings ...slot.Opening) *viewer.Viewer {
	t.Helper()
	v := w.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris")
	for _, o := range openings {
		w.Open(t, v, o)
	}
	return v
}

// Available returns a worker's available slots from now to the horizon.
func (w *World) Available(t testing.TB, worker uuid.UUID) []slot.Slot {
	t.Helper()
	now := w.DB.Now()
	slots, err := w.Agendas.AvailableSlots(t.Context(), worker, slot.Period{From: now, To: now.Add(slot.Horizon)})
	Must(t, err)
	return slots
}
