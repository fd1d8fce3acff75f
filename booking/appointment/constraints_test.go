package appointment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
)

func TestR13_TheDatabaseRefusesOverlapsWithoutTheCode(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	worker := w.SocialWorker(t, "Nadia", "Le Goff")
	a := w.Book(t, zoe, worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	_, err := w.DB.Pool.Exec(context.Background(), `
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		values ($1, $2, tstzrange($3, $4), 'video', 'money', '', 'confirmed', now())`,
		worker.ID, paul.ID, a.StartsAt.Add(30*time.Minute), a.EndsAt.Add(30*time.Minute))
	if err == nil {
		t.Error("the database accepted a second appointment in the same slot")
	}
}

// Appointments start on a full minute. One that started half a second before it would overlap
// the next slot, which no page would show.
func TestR13_TheDatabaseRefusesAppointmentsOffTheMinute(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, worker := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	start := bookingtest.Start.Add(48 * time.Hour)
	insert := func(at time.Time) error {
		_, err := w.DB.Pool.Exec(context.Background(), `
			insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
			values ($1, $2, tstzrange($3, $4), 'video', 'money', '', 'confirmed', now())`, worker.ID, zoe.ID, at, at.Add(time.Hour))
		return err
	}
	for _, off := range []time.Duration{time.Microsecond, 500 * time.Millisecond, time.Second, time.Minute - time.Microsecond} {
		if err := insert(start.Add(off)); err == nil || !strings.Contains(err.Error(), "appointments_whole_minute") {
			t.Errorf("%v past the minute: %v", off, err)
		}
	}
	if err := insert(start.Add(15 * time.Minute)); err != nil {
		t.Errorf("on a minute: %v", err)
	}
}
