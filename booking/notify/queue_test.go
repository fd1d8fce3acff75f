package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/jobs"

	"github.com/riverqueue/river"
)

// instance processes the notifications of a world as a running platform does.
func (o postOffice) instance(t *testing.T) {
	t.Helper()
	_, err := o.DB.Pool.Exec(context.Background(), `delete from river_job where kind = 'account_notice'`) // no worker processes them here
	must(t, err)
	workers := river.NewWorkers()
	river.AddWorker(workers, o.Worker)
	runner, err := jobs.Start(context.Background(), o.DB, workers, o.Notify.Rounds())
	must(t, err)
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
}

// settled returns as soon as nothing is queued any more.
func (o postOffice) settled(t *testing.T, least int) {
	t.Helper()
	for until := time.Now().Add(90 * time.Second); time.Now().Before(until); <-time.After(20 * time.Millisecond) {
		all := o.Rows(t, "")
		queued := slices.ContainsFunc(all, func(n bookingtest.Notification) bool { return n.State == "queued" })
		if len(all) >= least && !queued {
			return
		}
	}
	t.Fatalf("still queued: %+v", o.Rows(t, "queued"))
}

func TestR21_TwoInstancesShareTheQueueAndSendEachOnce(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for i := range 20 {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	o.SetNow(bookingtest.Friday.Add(-48*time.Hour + 10*time.Minute))
	o.instance(t)
	o.instance(t)
	o.settled(t, 62) // three confirmations of each, two reminders of the first
	if o.Handed != 62 || len(o.Mails)+len(o.Texts) != 62 {
		t.Errorf("sent %d times: %d mails, %d SMS", o.Handed, len(o.Mails), len(o.Texts))
	}
}

// The jobs that a killed process had begun are resumed by the next within seconds.
func TestR21_TheJobsOfAKilledProcessAreResumed(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	_, err := o.DB.Pool.Exec(t.Context(), `
		update river_job set state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}' where kind = 'notification'`)
	must(t, err)
	began := time.Now()
	o.instance(t)
	o.settled(t, 3)
	if o.Handed != 3 {
		t.Errorf("sent %d times, want 3", o.Handed)
	}
	if took := time.Since(began); took > time.Minute { // a machine under load; River alone takes two
		t.Errorf("resumed after %v", took)
	}
}
