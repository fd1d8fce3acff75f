package waitlist_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"

	"github.com/google/uuid"
)

// whileLocked runs sql, which locks rows, in a transaction. It starts the acts one after the
// other, each as soon as the one before waits for a lock, then ends the transaction and
// returns the errors of the acts.
func whileLocked(t *testing.T, w *waitlistWorld, sql string, id uuid.UUID, acts ...func(context.Context) error) []error {
	t.Helper()
	ctx := t.Context()
	locking, err := w.DB.Pool.Begin(ctx)
	must(t, err)
	_, err = locking.Exec(ctx, sql, id)
	must(t, err)
	errs := make([]error, len(acts))
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(func() { errs[i] = act(ctx) })
		w.AwaitLocks(t, i+1)
	}
	must(t, locking.Commit(ctx))
	all.Wait()
	return errs
}

// A person joins the waitlist of a worker while that worker cancels their appointment: the two
// do not deadlock.
func TestR20_JoiningTheWaitlistDoesNotDeadlockWithActsOfTheWorker(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	a := w.Book(t, w.Zoe, w.Nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	errs := whileLocked(t, w, `select from accounts where id = $1 for no key update`, w.Zoe.ID,
		func(ctx context.Context) error {
			return w.Waitlist.Join(ctx, w.Zoe, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
		},
		func(ctx context.Context) error {
			_, err := w.BulkCancels.Cancel(ctx, w.Nadia, bulkcancel.Batch{SocialWorkerID: w.Nadia.ID, Appointments: []uuid.UUID{a.ID}})
			return err
		})
	for i, err := range errs {
		if err != nil {
			t.Errorf("act %d: %v", i, err)
		}
	}
}

// Notifying the waitlist uses only the connection of its transaction, so that concurrent runs
// do not wait for each other's connections. A person without a contract causes no error.
func TestR12_NotifyingTheWaitlistUsesOneConnection(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.Cancel(t, w.paul, booked[1])
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, w.OnOneConnection(t).Waitlist.RefreshSlots(ctx))
	if notified := w.notified(t, w.Zoe); len(notified) != 1 {
		t.Errorf("notified of %v", notified)
	}
}

// A person leaves the waitlist while others are notified of the same slot: the others still
// are.
func TestR12_LeavingTheWaitlistStopsNoOtherNotification(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	ida := w.Beneficiary(t, "Ida", "Roy")
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	must(t, w.Waitlist.Join(t.Context(), ida, waitlist.Entry{SocialWorkerID: w.Nadia.ID}))
	w.Cancel(t, w.paul, booked[1])
	leaving, err := w.DB.Pool.Begin(t.Context())
	must(t, err)
	_, err = leaving.Exec(t.Context(), `delete from waitlist_entries where account_id = $1`, w.Zoe.ID)
	must(t, err)
	refreshed := make(chan error, 1)
	go func() { refreshed <- w.Waitlist.RefreshSlots(context.Background()) }()
	for w.AwaitedLocks(t) == 0 && len(refreshed) == 0 {
		time.Sleep(time.Millisecond)
	}
	must(t, leaving.Commit(t.Context()))
	must(t, <-refreshed)
	if notified := w.notified(t, ida); len(notified) != 1 {
		t.Errorf("the other person is notified of %v", notified)
	}
}
