package appointment_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
)

var statuses = []appointment.Status{
	appointment.Confirmed, appointment.Requested, appointment.Declined, appointment.Expired, appointment.Cancelled, appointment.CancelledLate,
	appointment.CancelledByWorker, appointment.Attended, appointment.NoShow,
}

// The rule in Go, the constraints and the available slots agree on every status.
func TestR13_ASlotIsOccupiedInTheSameStatusesEverywhere(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	nadia, marc := w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Marc", "Tanguy")
	a := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	exec := func(sql string, args ...any) error {
		_, err := w.DB.Pool.Exec(t.Context(), sql, args...)
		return err
	}
	insert := `insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		values ($1, $2, tstzrange($3, $4), 'video', 'money', '', 'confirmed', now())`
	for _, status := range statuses {
		must(t, exec(`update appointments set status = $1, answer_by = $2`, status, bookingtest.Start.Add(time.Hour)))
		for constraint, err := range map[string]error{
			"appointments_worker_overlap":      exec(insert, nadia.ID, paul.ID, a.StartsAt, a.EndsAt),
			"appointments_beneficiary_overlap": exec(insert, marc.ID, zoe.ID, a.StartsAt, a.EndsAt),
		} {
			if postgres.Violates(err, constraint) != status.Occupies() {
				t.Errorf("%s: %s answers %v", status, constraint, err)
			}
		}
		must(t, exec(`delete from appointments where id <> $1`, a.ID))
		free, err := w.Agendas.AvailableSlots(t.Context(), nadia.ID, slot.Period{From: a.StartsAt, To: a.EndsAt})
		if err != nil || (len(free) == 0) != status.Occupies() {
			t.Errorf("%s: available %v, %v", status, free, err)
		}
		coming, _, err := w.Appointments.Appointments(t.Context(), zoe)
		if want := status == appointment.Confirmed || status == appointment.Requested; err != nil || (len(coming) == 1) != want {
			t.Errorf("%s: coming %v, %v", status, coming, err)
		}
	}
}

// A request that nobody answered in time occupies no slot, even before it is released.
func TestR19_AnOverdueRequestIsShownAsExpiredAndItsSlotAsAvailable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	a := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	deadline := bookingtest.Start.Add(24 * time.Hour)
	_, err := w.DB.Pool.Exec(t.Context(), `update appointments set status = 'requested', answer_by = $1`, deadline)
	must(t, err)
	for now, want := range map[time.Time]appointment.Status{deadline: appointment.Requested, deadline.Add(time.Microsecond): appointment.Expired} {
		w.SetNow(now)
		shown, err := w.Appointments.Appointment(t.Context(), zoe, a.ID)
		if err != nil || shown.Status != want {
			t.Errorf("at %v: %q, %v", now, shown.Status, err)
		}
		coming, past, err := w.Appointments.Appointments(t.Context(), zoe)
		must(t, err)
		if open := want == appointment.Requested; (len(coming) == 1) != open || (len(past) == 1) != !open {
			t.Errorf("at %v: coming %v, past %v", now, coming, past)
		}
		free, err := w.Agendas.AvailableSlots(t.Context(), nadia.ID, slot.Period{From: a.StartsAt, To: a.EndsAt})
		if err != nil || (len(free) == 1) != (want == appointment.Expired) {
			t.Errorf("at %v: available %v, %v", now, free, err)
		}
	}
}
