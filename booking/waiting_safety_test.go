package booking_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/booking"
	"socialdirect/company"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/legal"
)

// A request that comes to nothing leaves its person waiting as before.
func TestR12_ARequestEndsNoWish(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, booking.Wish{SocialWorkerID: r.nadia.ID})
	_, err := r.DB.Pool.Exec(t.Context(), `insert into late_marks (social_worker_id, beneficiary_id, marked_at) values ($1, $2, $3)`, r.nadia.ID, r.zoe.ID, r.DB.Now())
	must(t, err)
	r.SetNow(r.DB.Now().Add(time.Minute))
	asked, err := r.Bookings.Place(t.Context(), r.zoe, booking.Request{SocialWorkerID: r.nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: booking.Video, Reason: "housing"})
	must(t, err)
	if asked.Status != booking.Requested {
		t.Fatalf("it is %s", asked.Status)
	}
	r.refresh(t)
	must(t, r.Bookings.Answer(t.Context(), r.nadia, asked.ID, false, ""))
	r.refresh(t)
	if wishes := r.wishes(t); len(wishes) != 1 {
		t.Fatalf("she waits for %d", len(wishes))
	}
	r.cancel(t, r.paul, taken[1])
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) == 0 {
		t.Error("nobody told her of the hour")
	}
	asked, err = r.Bookings.Place(t.Context(), r.zoe, booking.Request{SocialWorkerID: r.nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: booking.Video, Reason: "housing"})
	must(t, err)
	must(t, r.Bookings.Answer(t.Context(), r.nadia, asked.ID, true, ""))
	if wishes := r.wishes(t); len(wishes) != 0 {
		t.Errorf("she has her hour and waits for %d", len(wishes))
	}
}

// Telling who waits needs no other connection than its transaction's: as many rounds
// as there are connections do not wait for each other, and no error is taken for a
// person without a contract.
func TestR12_TellingWhoWaitsHoldsOneConnection(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, booking.Wish{SocialWorkerID: r.nadia.ID})
	r.cancel(t, r.paul, taken[1])
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	one, err := postgres.Open(ctx, r.URL, 1)
	must(t, err)
	defer one.Close()
	db := one.At(r.DB.Now)
	queue, err := jobs.NewQueue(db)
	must(t, err)
	accounts, err := account.New(db, queue, r.Vault, company.New(db), legal.New(db))
	must(t, err)
	must(t, booking.New(db, queue, r.Vault, accounts).RefreshHours(ctx))
	if told := r.told(t, r.zoe); len(told) != 1 {
		t.Errorf("told of %v", told)
	}
}
