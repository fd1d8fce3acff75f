package booking_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
)

func TestR18_CancellingIsPenaltyFreeUntil24ElapsedHoursBefore(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker := w.SocialWorker(t, "Nadia", "Le Goff")
	// The clocks change in the night before this appointment, so that 24 elapsed hours before
	// it is another time of day.
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
		v := w.Beneficiary(t, "Zoé", "Vidal") // not marked by the previous case
		a := w.Book(t, v, worker, start, slot.Video)
		w.SetNow(c.now)
		got, err := w.Bookings.Cancel(context.Background(), v, a.ID, "")
		if err != nil || got != c.want {
			t.Errorf("at %s before: got %q, %v, want %q", start.Sub(c.now), got, err, c.want)
		}
	}
}

func TestR18_AnAppointmentThatHasBegunOrIsCancelledCannotBeCancelled(t *testing.T) {
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

func TestR18_OnlyItsPeopleCancelAndTheSlotIsReleased(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker, zoe, paul := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	a := w.Book(t, zoe, worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	if _, err := w.Bookings.Cancel(context.Background(), paul, a.ID, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: got %v, want NotFound", err)
	}
	got, err := w.Bookings.CancelAs(context.Background(), worker, a.ID, booking.Cancellation{Explanation: "Je suis souffrante.", Reopen: true})
	if err != nil || got != appointment.CancelledByWorker {
		t.Fatalf("the worker: got %q, %v", got, err)
	}
	w.Book(t, paul, worker, a.StartsAt, slot.Video)
}

func TestR18_MovingOrCancellingTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	ctx := context.Background()
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	if ended := bookingtest.AtOnce(8, func(int) error { return p.Bookings.MovePenaltyFree(ctx, p.Zoe, a.ID, hour(20)) }); ended[""] != 8 {
		t.Errorf("moving: %v", ended)
	}
	if now := p.State(t, a.ID); !now.StartsAt.Equal(hour(20)) || now.Sequence != 1 || p.Notified(t, p.Nadia)["change"] != 1 {
		t.Errorf("%v, sequence %d, the worker was notified of %v", now.StartsAt, now.Sequence, p.Notified(t, p.Nadia))
	}
	if ended := bookingtest.AtOnce(8, func(int) error { _, err := p.Bookings.Cancel(ctx, p.Zoe, a.ID, "Un empêchement."); return err }); ended[""] != 8 {
		t.Errorf("cancelling: %v", ended)
	}
	if now := p.State(t, a.ID); now.Status != appointment.CancelledLate || now.Sequence != 2 || p.Notified(t, p.Nadia)["cancellation"] != 1 {
		t.Errorf("%s, sequence %d, the worker was notified of %v", now.Status, now.Sequence, p.Notified(t, p.Nadia))
	}
	want(t, "moved after it was cancelled", p.Bookings.Move(ctx, p.Zoe, a.ID, hour(20)), fault.Conflict)
	_, err := p.Bookings.Cancel(ctx, p.Nadia, a.ID, "")
	want(t, "cancelled by the worker after it was by the person", err, fault.Conflict)
	_, err = p.Bookings.Cancel(ctx, p.Beneficiary(t, "Paul", "Morel"), a.ID, "")
	want(t, "by a stranger", err, fault.NotFound)
	b := p.Book(t, p.Zoe, p.Marc, hour(48), slot.Video)
	for range 2 {
		status, err := p.Bookings.Cancel(ctx, p.Marc, b.ID, "")
		if err != nil || status != appointment.CancelledByWorker {
			t.Errorf("by the worker: %q, %v", status, err)
		}
	}
	_, err = p.Bookings.Cancel(ctx, p.Zoe, b.ID, "")
	want(t, "cancelled by the person after it was by the worker", err, fault.Conflict)
}
