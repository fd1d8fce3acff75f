package appointment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
)

func TestR12_TheNoteOfABookingIsSealed(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker, v := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	ctx := context.Background()
	const note = "Une lettre d’expulsion est arrivée."
	id, err := w.Bookings.Book(ctx, v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: bookingtest.Start.Add(48 * time.Hour), Mode: slot.Phone, Reason: "housing", Note: note})
	must(t, err)
	a, err := w.Appointments.Appointment(ctx, worker, id)
	must(t, err)
	details, err := w.Appointments.Details(ctx, worker, a)
	if err != nil || details.Note != note {
		t.Errorf("the worker reads %q, %v", details.Note, err)
	}
	if details.Mobile != "+33612345678" {
		t.Errorf("R16: the worker calls %q", details.Mobile)
	}
	var kept string
	must(t, w.DB.Pool.QueryRow(ctx, `select encode(sealed_note, 'escape') from appointments where id = $1`, id).Scan(&kept))
	if kept == "" || strings.Contains(kept, "expulsion") {
		t.Errorf("the note is stored as %q", kept)
	}
}

func TestR16_TheNumberIsShownWhileTheWorkerMayCall(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	byPhone := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Phone)
	byVideo := w.Book(t, zoe, nadia, bookingtest.Start.Add(50*time.Hour), slot.Video)
	shown := func(v *viewer.Viewer, a appointment.Appointment) bool {
		t.Helper()
		details, err := w.Appointments.Details(t.Context(), v, a)
		must(t, err)
		return details.Mobile != ""
	}
	for _, c := range []struct {
		name string
		now  time.Time
		v    *viewer.Viewer
		a    appointment.Appointment
		want bool
	}{
		{"before", bookingtest.Start, nadia, byPhone, true},
		{"during", byPhone.StartsAt, nadia, byPhone, true},
		{"a call that runs over", byPhone.EndsAt.Add(time.Hour - time.Microsecond), nadia, byPhone, true},
		{"long after", byPhone.EndsAt.Add(time.Hour), nadia, byPhone, false},
		{"to the beneficiary", bookingtest.Start, zoe, byPhone, false},
		{"by video", bookingtest.Start, nadia, byVideo, false},
	} {
		w.SetNow(c.now)
		if got := shown(c.v, c.a); got != c.want {
			t.Errorf("%s: shown %v, want %v", c.name, got, c.want)
		}
	}
	w.SetNow(bookingtest.Start)
	if _, err := w.Bookings.Cancel(t.Context(), zoe, byPhone.ID, ""); err != nil {
		t.Fatal(err)
	}
	if shown(nadia, byPhone) {
		t.Error("it is shown after the cancellation")
	}
}
