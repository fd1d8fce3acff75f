package worker_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR7_ASuspendedWorkerIsNotFoundNorBookedAndKeepsTheirAppointments(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, nadia, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.Member(t, viewer.Administrator, "Claire")
	booked := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	later := appointment.Request{SocialWorkerID: nadia.ID, StartsAt: bookingtest.Start.Add(72 * time.Hour), Mode: slot.Video, Reason: "housing"}
	_, err := w.DB.Pool.Exec(ctx, `update accounts set password_hash = 'x' where id = $1`, nadia.ID) // the invitation was accepted
	must(t, err)
	shown := func() bool {
		t.Helper()
		sheets, _, err := w.Searches.Find(ctx, zoe, search.Search{})
		must(t, err)
		return len(sheets) == 1
	}
	for _, pair := range [][2]decision.Act{{decision.Suspend, decision.Resume}, {decision.Close, decision.Reopen}} {
		must(t, w.Accounts.Decisions.Decide(ctx, admin, nadia.ID, decide(pair[0])))
		if shown() {
			t.Errorf("%s: still on the list", pair[0])
		}
		if sheets, _, err := w.Workers.SocialWorkers(ctx, 0); err != nil || len(sheets) != 1 {
			t.Errorf("%s: the administration does not see her: %v", pair[0], err)
		}
		_, err := w.Bookings.Book(ctx, zoe, later)
		want(t, "book", err, fault.NotFound)
		_, err = w.Agendas.AvailableSlots(ctx, nadia.ID, slot.Period{From: later.StartsAt, To: later.StartsAt.Add(time.Hour)})
		want(t, "the agenda", err, fault.NotFound)
		if a, err := w.Appointments.Appointment(ctx, zoe, booked.ID); err != nil || a.Status != appointment.Confirmed {
			t.Errorf("%s: the existing appointment: %s, %v", pair[0], a.Status, err)
		}
		if n, err := w.Appointments.CountComing(ctx, nadia.ID); err != nil || n != 1 {
			t.Errorf("%d upcoming appointments, %v", n, err)
		}
		must(t, w.Accounts.Decisions.Decide(ctx, admin, nadia.ID, decide(pair[1])))
		if !shown() {
			t.Errorf("%s: not on the list", pair[1])
		}
	}
	if _, err := w.Bookings.Book(ctx, zoe, later); err != nil {
		t.Errorf("after the undo: %v", err)
	}
}

func decide(act decision.Act) decision.Decision {
	return decision.Decision{Act: act, Reason: "Propos déplacés au téléphone."}
}
