package booking_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/calendar"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"

	"github.com/google/uuid"
)

// roundWorld is a day after the world's start, when every round has something to do
// and none of it is done.
type roundWorld struct {
	*waitingRoom
	asked, soon appointment.Appointment // a request that nobody answered, and what begins within the hour
}

func newRoundWorld(t *testing.T) *roundWorld {
	t.Helper()
	w := &roundWorld{waitingRoom: newWaitingRoom(t)}
	marc, ali, ida := w.SocialWorker(t, "Marc", "Tanguy"), w.Beneficiary(t, "Ali", "Kaci"), w.Beneficiary(t, "Ida", "Roy")
	w.Insure(t, marc, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(0, 0, 20)))
	must(t, w.Calendars.Subscribe(t.Context(), marc, calendar.NewSubscription{Name: "Service", Address: "https://agenda.exemple.fr/secret.ics", AllDay: true}))
	w.World.Mark(t, marc, ali)
	w.asked = w.Book(t, ali, marc, bookingtest.Start.AddDate(0, 0, 4), slot.Video)
	w.soon = w.Book(t, ida, marc, bookingtest.Start.Add(25*time.Hour), slot.Video)
	given := w.Book(t, w.paul, w.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	w.refresh(t)
	must(t, w.Waitlist.Join(t.Context(), w.zoe, waitlist.Entry{SocialWorkerID: w.nadia.ID}))
	w.SetNow(bookingtest.Start.Add(24*time.Hour + time.Minute))
	w.Cancel(t, w.paul, given)
	return w
}

func (w *roundWorld) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func (w *roundWorld) notices(t *testing.T, about uuid.UUID, name string) int {
	t.Helper()
	return w.count(t, `select count(*) from notifications where subject_id = $1 and kind = $2`, about, name)
}

// Nothing of this happens because somebody asks for it: each round is there, does what
// it is named for, and comes often enough.
func TestR21_EveryRoundDoesItsWorkOftenEnough(t *testing.T) {
	t.Parallel()
	w := newRoundWorld(t)
	type round struct {
		seldom time.Duration  // the longest that what it does may wait
		done   func() (n int) // how much of it was done; nothing before
	}
	effects := map[string]round{
		"appointment_release": {time.Minute, func() int { return w.notices(t, w.asked.ID, "expired") }},
		// A reminder of the hour is of use for three quarters of an hour.
		"appointment_reminders": {5 * time.Minute, func() int { return w.notices(t, w.soon.ID, notify.HourReminder) }},
		"calendars_due": {5 * time.Minute, func() int {
			return w.count(t, `select count(*) - 1 from river_job where kind = 'calendar_read'`) // one since it was added
		}},
		"credential_ends": {24 * time.Hour, func() int { all, _ := told(t, w.World); return all }},
		"free_hours":      {time.Minute, func() int { return len(w.told(t, w.zoe)) }},
	}
	for _, r := range slices.Concat(w.Workers.Rounds(), w.Calendars.Rounds(), w.Notify.Rounds(), w.Waitlist.Rounds(), w.Bookings.Rounds()) {
		effect, known := effects[r.Name]
		if !known {
			t.Fatalf("the round %s is for nothing that is known here", r.Name)
		}
		delete(effects, r.Name)
		if n := effect.done(); n != 0 {
			t.Fatalf("%s: %d done before it came", r.Name, n)
		}
		must(t, r.Do(t.Context()))
		if effect.done() == 0 {
			t.Errorf("%s: nothing came of it", r.Name)
		}
		if r.Every <= 0 || r.Every > effect.seldom {
			t.Errorf("%s comes every %v, want %v or less", r.Name, r.Every, effect.seldom)
		}
	}
	for name := range effects {
		t.Errorf("%s never comes", name)
	}
}

// A worker whose row cannot be worked on keeps back nobody else: their requests are
// released, their free hours known.
func TestR21_AFailureForOneWorkerDoesNotStopARound(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Mark(t, p.Marc, paul)
	p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	asked := p.Book(t, paul, p.Marc, hour(74), slot.Video)
	failing := `for each row when (new.social_worker_id = '` + p.Nadia.ID.String() + `') execute function refuse()`
	for _, sql := range []string{
		`create function refuse() returns trigger language plpgsql as $$ begin raise 'this row cannot be written'; end $$`,
		`create trigger refuse before update on appointments ` + failing, `create trigger refuse before insert on free_hours ` + failing,
	} {
		_, err := p.DB.Pool.Exec(t.Context(), sql)
		must(t, err)
	}
	p.SetNow(asked.AnswerBy.Add(time.Minute))
	for name, round := range map[string]func(context.Context) error{"release": p.Bookings.ReleaseOverdue, "refresh": p.Waitlist.Refresh} {
		if err := round(t.Context()); err == nil {
			t.Errorf("%s: what failed is not said", name)
		}
	}
	for what, sql := range map[string]string{
		"the other worker's request is not released": `select count(*) from appointments where social_worker_id = $1 and status = 'expired'`,
		"the other worker's hours are not known":     `select count(*) from free_hours where social_worker_id = $1`,
	} {
		var n int
		if must(t, p.DB.Pool.QueryRow(t.Context(), sql, p.Marc.ID).Scan(&n)); n == 0 {
			t.Error(what)
		}
	}
}
