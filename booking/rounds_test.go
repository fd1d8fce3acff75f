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
)

// roundWorld is a world one day after its start, in which every round has something to do.
type roundWorld struct {
	bookingtest.Trio
	asked, soon appointment.Appointment // an overdue request, and an appointment that begins within the hour
}

func newRoundWorld(t *testing.T) *roundWorld {
	t.Helper()
	w := &roundWorld{Trio: bookingtest.NewTrio(t)}
	paul, ali, ida := w.Beneficiary(t, "Paul", "Morel"), w.Beneficiary(t, "Ali", "Kaci"), w.Beneficiary(t, "Ida", "Roy")
	lou := w.SocialWorkerWith(t, weekly(2, 9, 12))
	w.Insure(t, w.Marc, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(0, 0, 20)))
	must(t, w.Calendars.Subscribe(t.Context(), w.Marc, calendar.NewSubscription{Name: "Service", Address: "https://agenda.exemple.fr/secret.ics", AllDay: true}))
	w.Mark(t, w.Marc, ali)
	w.asked = w.Book(t, ali, w.Marc, hour(96), slot.Video)
	w.soon = w.Book(t, ida, w.Marc, hour(25), slot.Video)
	booked := w.Book(t, paul, lou, inParis(tuesday.AddDate(0, 0, 7), 9), slot.Video)
	must(t, w.Waitlist.RefreshSlots(t.Context()))
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{SocialWorkerID: lou.ID}))
	w.SetNow(hour(24).Add(time.Minute))
	w.Cancel(t, paul, booked)
	return w
}

// Each periodic job is registered, does its work, and runs often enough.
func TestR21_EveryRoundDoesItsWorkOftenEnough(t *testing.T) {
	t.Parallel()
	w := newRoundWorld(t)
	type round struct {
		atMost time.Duration // the longest interval that is acceptable
		done   func() int    // counts its effects; zero before it ran
	}
	const about = `notifications where subject_id = $1 and kind = $2`
	effects := map[string]round{
		"appointment_release": {time.Minute, func() int { return w.Count(t, about, w.asked.ID, "expired") }},
		// An hour reminder is useful for three quarters of an hour.
		"appointment_reminders": {5 * time.Minute, func() int { return w.Count(t, about, w.soon.ID, notify.HourReminder) }},
		"calendars_due": {5 * time.Minute, func() int {
			return w.Count(t, `river_job where kind = 'calendar_read'`) - 1 // one since it was added
		}},
		"credential_ends": {24 * time.Hour, func() int { return w.Count(t, `notifications where kind = 'credential_ending'`) }},
		"available_slots": {time.Minute, func() int { return w.Count(t, `waitlist_slots where account_id = $1`, w.Zoe.ID) }},
	}
	for _, r := range slices.Concat(w.Workers.Rounds(), w.Calendars.Rounds(), w.Notify.Rounds(), w.Waitlist.Rounds(), w.Bookings.Rounds()) {
		effect, known := effects[r.Name]
		if !known {
			t.Fatalf("the test does not know the effect of the round %s", r.Name)
		}
		delete(effects, r.Name)
		if n := effect.done(); n != 0 {
			t.Fatalf("%s: %d effects before it ran", r.Name, n)
		}
		must(t, r.Do(t.Context()))
		if effect.done() == 0 {
			t.Errorf("%s had no effect", r.Name)
		}
		if r.Every <= 0 || r.Every > effect.atMost {
			t.Errorf("%s runs every %v, want %v or less", r.Name, r.Every, effect.atMost)
		}
	}
	for name := range effects {
		t.Errorf("%s is not registered", name)
	}
}

// A failure for one worker does not stop the others: their requests are released, their
// first slots computed.
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
		`create trigger refuse before update on appointments ` + failing, `create trigger refuse before insert on available_slots ` + failing,
	} {
		_, err := p.DB.Pool.Exec(t.Context(), sql)
		must(t, err)
	}
	p.SetNow(asked.AnswerBy.Add(time.Minute))
	for name, round := range map[string]func(context.Context) error{"release": p.Bookings.ReleaseOverdue, "refresh": p.Waitlist.RefreshSlots} {
		if err := round(t.Context()); err == nil {
			t.Errorf("%s does not report the failure", name)
		}
	}
	for what, from := range map[string]string{
		"the other worker's request is not released":   `appointments where social_worker_id = $1 and status = 'expired'`,
		"the other worker's first slots are not known": `available_slots where social_worker_id = $1`,
	} {
		if p.Count(t, from, p.Marc.ID) == 0 {
			t.Error(what)
		}
	}
}
