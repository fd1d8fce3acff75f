package waitlist_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/riverqueue/river"
)

var must = bookingtest.Must

// waitlistWorld is a world in which Nadia's one opening is on Tuesdays from nine to
// twelve, and Zoé and Paul book its slots.
type waitlistWorld struct {
	*bookingtest.PostOffice
	paul *viewer.Viewer
}

// firstTuesday is when the first of them begins.
var firstTuesday = bookingtest.InParis(bookingtest.Tuesday, 9)

func newWaitlistWorld(t *testing.T) *waitlistWorld {
	t.Helper()
	w := &waitlistWorld{PostOffice: bookingtest.PostOfficeOf(t, bookingtest.New(t))}
	w.Accounts.People.SMS = true
	w.Zoe, w.paul = w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Morel")
	w.Nadia = w.SocialWorkerWith(t, bookingtest.Weekly(2, 9, 12))
	return w
}

// notified are the slots that a person was notified of, in order.
func (w *waitlistWorld) notified(t *testing.T, v *viewer.Viewer) []time.Time {
	t.Helper()
	type row struct{ StartsAt time.Time }
	rows, err := postgres.All[row](context.Background(), w.DB.Pool, `select starts_at from waitlist_slots where account_id = $1 order by starts_at`, v.ID)
	must(t, err)
	all := make([]time.Time, len(rows))
	for i, row := range rows {
		all[i] = row.StartsAt.UTC()
	}
	return all
}

// sent are the notifications of released slots, with what became of them.
func (w *waitlistWorld) sent(t *testing.T) []bookingtest.Notification {
	t.Helper()
	var slots []bookingtest.Notification
	for _, n := range w.Rows(t, "") {
		if n.Kind == "released_slot" {
			slots = append(slots, n)
		}
	}
	return slots
}

// deliver tries every queued notification once, and returns how many wait for later.
func (w *waitlistWorld) deliver(t *testing.T) (later int) {
	t.Helper()
	for _, n := range w.sent(t) {
		var snoozed *river.JobSnoozeError
		if err := w.Worker.Deliver(context.Background(), n.ID, 1); errors.As(err, &snoozed) {
			later++
		} else {
			must(t, err)
		}
	}
	return later
}

func (w *waitlistWorld) refresh(t *testing.T) {
	t.Helper()
	must(t, w.Waitlist.RefreshSlots(t.Context()))
}

// full has Paul book the three slots of the first Tuesday, and Zoé join the waitlist.
func (w *waitlistWorld) full(t *testing.T, e waitlist.Entry) (booked [3]appointment.Appointment) {
	t.Helper()
	for i := range booked {
		booked[i] = w.Book(t, w.paul, w.Nadia, firstTuesday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	w.refresh(t)
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, e))
	return booked
}

// release opens an hour so many days after the first Tuesday, and notifies the waitlist.
func (w *waitlistWorld) release(t *testing.T, worker *viewer.Viewer, inDays int) time.Time {
	t.Helper()
	day := bookingtest.Tuesday.AddDate(0, 0, inDays)
	w.Open(t, worker, bookingtest.Once(day, 10, 11))
	w.refresh(t)
	return bookingtest.InParis(day, 10)
}

func (w *waitlistWorld) emailOf(t *testing.T, v *viewer.Viewer) string {
	t.Helper()
	person, err := w.Accounts.People.Person(t.Context(), v.ID)
	must(t, err)
	return person.Email
}

func (w *waitlistWorld) entries(t *testing.T) []waitlist.Entry {
	t.Helper()
	entries, err := w.Waitlist.Entries(t.Context(), w.Zoe)
	must(t, err)
	return entries
}
