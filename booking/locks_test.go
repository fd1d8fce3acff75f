package booking_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"

	"github.com/google/uuid"
)

// whileHeld starts acts one after the other, each once the one before waits for a lock,
// while another transaction holds what sql locks, and says what became of each.
func whileHeld(t *testing.T, w *bookingtest.World, sql string, id uuid.UUID, acts ...func(context.Context) error) []error {
	t.Helper()
	ctx := t.Context()
	held, err := w.DB.Pool.Begin(ctx)
	must(t, err)
	_, err = held.Exec(ctx, sql, id)
	must(t, err)
	errs := make([]error, len(acts))
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(func() { errs[i] = act(ctx) })
		for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) {
			must(t, w.DB.Pool.QueryRow(ctx, `
				select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting))
		}
	}
	must(t, held.Commit(ctx))
	all.Wait()
	return errs
}

// Somebody who waits for a worker's hours names that worker, while the worker cancels
// their appointment: neither stops the other.
func TestR20_JoiningTheWaitlistStopsNoActOfTheWorker(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	a := r.Book(t, r.zoe, r.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	errs := whileHeld(t, r.World, `select from accounts where id = $1 for no key update`, r.zoe.ID,
		func(ctx context.Context) error {
			return r.Waitlist.Join(ctx, r.zoe, waitlist.Entry{SocialWorkerID: r.nadia.ID})
		},
		func(ctx context.Context) error {
			_, err := r.BulkCancels.Clear(ctx, r.nadia, bulkcancel.Clearing{SocialWorkerID: r.nadia.ID, Appointments: []uuid.UUID{a.ID}})
			return err
		})
	for i, err := range errs {
		if err != nil {
			t.Errorf("act %d: %v", i, err)
		}
	}
}

// Reminders are planned while an act has the appointment locked: neither waits for the
// other.
func TestR21_PlanningRemindersWaitsForNoLock(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	a := r.Book(t, r.zoe, r.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	r.SetNow(a.StartsAt.Add(-47 * time.Hour))
	acting, err := r.DB.Pool.Begin(t.Context())
	must(t, err)
	defer func() { must(t, acting.Rollback(context.Background())) }()
	_, err = acting.Exec(t.Context(), `select from appointments where id = $1 for update`, a.ID)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, r.Notify.Remind(ctx))
	if sent := r.Rows(t, "queued"); !slices.ContainsFunc(sent, func(n bookingtest.Noticed) bool { return n.Notice == notify.LimitReminder }) {
		t.Errorf("no reminder is queued: %+v", sent)
	}
}
