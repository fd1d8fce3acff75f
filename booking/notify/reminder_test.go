package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
)

// Reminders are planned while an act has the appointment locked: neither waits for the
// other.
func TestR21_PlanningRemindersWaitsForNoLock(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.SetNow(a.StartsAt.Add(-47 * time.Hour))
	acting, err := o.DB.Pool.Begin(t.Context())
	must(t, err)
	defer func() { must(t, acting.Rollback(context.Background())) }()
	_, err = acting.Exec(t.Context(), `select from appointments where id = $1 for update`, a.ID)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, o.Notify.Remind(ctx))
	if sent := o.Rows(t, "queued"); !slices.ContainsFunc(sent, func(n bookingtest.Noticed) bool { return n.Notice == notify.LimitReminder }) {
		t.Errorf("no reminder is queued: %+v", sent)
	}
}
