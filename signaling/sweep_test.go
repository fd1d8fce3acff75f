package signaling_test

import (
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/signaling"

	"github.com/google/uuid"
)

func TestR23_TimesOfCallsAreDeletedAfterAYear(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	a := w.Book(t, zoe, nadia, bookingtest.InParis(bookingtest.Tuesday, 10), slot.Video)
	for _, joined := range []time.Time{a.StartsAt, a.StartsAt.Add(24 * time.Hour)} {
		_, err := w.DB.Pool.Exec(t.Context(), `insert into call_attendances (id, appointment_id, account_id, joined_at) values ($1, $2, $3, $4)`, uuid.New(), a.ID, zoe.ID, joined)
		must(t, err)
	}
	_, err := w.DB.Pool.Exec(t.Context(), `insert into call_admissions (appointment_id, account_id, admitted_at) values ($1, $2, $3)`, a.ID, zoe.ID, a.StartsAt)
	must(t, err)
	for _, c := range []struct {
		now                    time.Time
		attendances, admission int
	}{
		{a.StartsAt.AddDate(1, 0, 0), 2, 1},
		{a.StartsAt.AddDate(1, 0, 0).Add(time.Microsecond), 1, 0},
		{a.StartsAt.AddDate(1, 0, 2), 0, 0},
	} {
		w.SetNow(c.now)
		must(t, signaling.Sweep(t.Context(), w.DB))
		if n, m := w.Count(t, `call_attendances`), w.Count(t, `call_admissions`); n != c.attendances || m != c.admission {
			t.Errorf("at %s: %d attendances and %d admissions", c.now, n, m)
		}
	}
}
