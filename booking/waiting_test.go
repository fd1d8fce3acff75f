package booking_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/riverqueue/river"
)

// waitingRoom is a world in which Nadia's one opening is on Tuesdays from nine to
// twelve, and Zoé and Paul take its hours.
type waitingRoom struct {
	*bookingtest.PostOffice
	zoe, paul, nadia *viewer.Viewer
}

var firstTuesday = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC) // nine in Paris

func newWaitingRoom(t *testing.T) *waitingRoom {
	t.Helper()
	r := &waitingRoom{PostOffice: bookingtest.PostOfficeOf(t, bookingtest.New(t))}
	r.Accounts.People.AllowTexts()
	r.zoe, r.paul = r.Beneficiary(t, "Zoé", "Vidal"), r.Beneficiary(t, "Paul", "Morel")
	r.nadia = r.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris")
	r.Open(t, r.nadia, slot.Opening{Weekday: 2, FirstDay: firstTuesday.Truncate(24 * time.Hour), Starts: 9 * 60, Ends: 12 * 60, Modes: slot.Modes})
	return r
}

// told are the hours that a person was told of, in order.
func (r *waitingRoom) told(t *testing.T, v *viewer.Viewer) []time.Time {
	t.Helper()
	type row struct{ StartsAt time.Time }
	rows, err := postgres.All[row](context.Background(), r.DB.Pool, `select starts_at from waitlist_slots where account_id = $1 order by starts_at`, v.ID)
	must(t, err)
	all := make([]time.Time, len(rows))
	for i, row := range rows {
		all[i] = row.StartsAt.UTC()
	}
	return all
}

// sent are the notices of freed hours, with what became of them.
func (r *waitingRoom) sent(t *testing.T) []bookingtest.Noticed {
	t.Helper()
	rows, err := postgres.All[bookingtest.Noticed](context.Background(), r.DB.Pool, `
		select id, subject_id as appointment_id, account_id, kind as notice, channel, state, cause, version as sequence from notifications where kind = 'released_slot' order by queued_at, channel, id`)
	must(t, err)
	return rows
}

// deliver tries every notice that waits once, and says how many wait for later.
func (r *waitingRoom) deliver(t *testing.T) (later int) {
	t.Helper()
	for _, n := range r.sent(t) {
		var snoozed *river.JobSnoozeError
		if err := r.Worker.Deliver(context.Background(), n.ID, 1); errors.As(err, &snoozed) {
			later++
		} else {
			must(t, err)
		}
	}
	return later
}

func (r *waitingRoom) refresh(t *testing.T) {
	t.Helper()
	must(t, r.Waitlist.Refresh(t.Context()))
}

// full takes the three hours of the first Tuesday, and Zoé waits for one of them.
func (r *waitingRoom) full(t *testing.T, w waitlist.Entry) (taken [3]appointment.Appointment) {
	t.Helper()
	for i := range taken {
		taken[i] = r.Book(t, r.paul, r.nadia, firstTuesday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	r.refresh(t)
	must(t, r.Waitlist.Join(t.Context(), r.zoe, w))
	return taken
}

func TestR12_TheWaitlistIsNotifiedWhenASlotIsReleased(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) > 0 {
		t.Errorf("told of what was free already: %v", told)
	}
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	r.refresh(t)
	if told := r.told(t, r.zoe); !slices.Equal(told, []time.Time{taken[1].StartsAt}) {
		t.Fatalf("told %v", told)
	}
	if later := r.deliver(t); later != 0 || len(r.Mails) != 1 || len(r.Texts) != 1 {
		t.Fatalf("%d mails, %d SMS, %d later", len(r.Mails), len(r.Texts), later)
	}
	r.deliver(t)
	if r.Handed != 2 {
		t.Errorf("%d messages in all", r.Handed)
	}
	for _, m := range r.Mails {
		whole := m.Subject + m.Text
		if m.To != r.emailOf(t, r.zoe) || !strings.Contains(whole, web.DayHour(taken[1].StartsAt.In(r.zoe.Zone))) || !strings.Contains(whole, bookingtest.Base+"/liste-attente") {
			t.Errorf("the mail: %+v", m)
		}
		for _, word := range []string{"Nadia", "Goff", "Paul", "Zoé", "social", "vidéo"} {
			if strings.Contains(whole, word) {
				t.Errorf("the mail says %q: %s", word, whole)
			}
		}
	}
	for _, m := range r.Texts {
		if !strings.Contains(m.Text, "mardi 1 décembre à 10h") || len([]rune(m.Text)) > 160 {
			t.Errorf("the SMS, %d letters: %s", len([]rune(m.Text)), m.Text)
		}
	}
	// Whoever takes it has it; Zoé waits no more once she has an hour.
	hours, err := r.Waitlist.Available(t.Context(), r.zoe, r.wishes(t)[0])
	must(t, err)
	if len(hours) == 0 || !hours[0].StartsAt.Equal(taken[1].StartsAt) {
		t.Errorf("the page shows %v", hours)
	}
	r.SetNow(r.DB.Now().Add(time.Minute))
	r.Book(t, r.zoe, r.nadia, taken[1].StartsAt, slot.Phone)
	if wishes := r.wishes(t); len(wishes) > 0 {
		t.Errorf("still waiting: %+v", wishes)
	}
	r.Cancel(t, r.paul, taken[0])
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) > 1 {
		t.Errorf("told after booking: %v", told)
	}
}

func (r *waitingRoom) emailOf(t *testing.T, v *viewer.Viewer) string {
	t.Helper()
	person, err := r.Accounts.People.Person(t.Context(), v.ID)
	must(t, err)
	return person.Email
}

func (r *waitingRoom) wishes(t *testing.T) []waitlist.Entry {
	t.Helper()
	wishes, err := r.Waitlist.Entries(t.Context(), r.zoe)
	must(t, err)
	return wishes
}

func TestR12_NobodyIsNotifiedOfASlotThatIsBookedAgain(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	again := r.Book(t, r.Beneficiary(t, "Ali", "Kaci"), r.nadia, taken[1].StartsAt, slot.Video)
	if r.deliver(t); r.Handed > 0 {
		t.Errorf("%d messages about an hour that is taken", r.Handed)
	}
	// Freed once more, it is told once more.
	r.refresh(t)
	must(t, errOf(r.Bookings.Cancel(t.Context(), r.nadia, again.ID, "")))
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) != 2 {
		t.Errorf("told %v", told)
	}
	if r.deliver(t); r.Handed != 2 {
		t.Errorf("%d messages, want a mail and an SMS", r.Handed)
	}
}

func errOf(_ appointment.Status, err error) error { return err }

func TestR12_MovingCancellingOpeningAndErasingReleaseSlots(t *testing.T) {
	t.Parallel()
	for name, free := range map[string]func(t *testing.T, r *waitingRoom, taken [3]appointment.Appointment){
		"moved": func(t *testing.T, r *waitingRoom, taken [3]appointment.Appointment) {
			must(t, r.Bookings.Move(t.Context(), r.paul, taken[0].ID, firstTuesday.AddDate(0, 0, 7)))
		},
		"cancelled by the worker": func(t *testing.T, r *waitingRoom, taken [3]appointment.Appointment) {
			must(t, errOf(r.Bookings.Cancel(t.Context(), r.nadia, taken[0].ID, "")))
		},
		"opened": func(t *testing.T, r *waitingRoom, _ [3]appointment.Appointment) {
			r.Open(t, r.nadia, slot.Opening{FirstDay: firstTuesday.Truncate(24 * time.Hour), LastDay: firstTuesday.Truncate(24 * time.Hour), Starts: 14 * 60, Ends: 15 * 60, Modes: slot.Modes})
		},
		"erased": func(t *testing.T, r *waitingRoom, _ [3]appointment.Appointment) {
			r.Erase(t, r.paul)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newWaitingRoom(t)
			taken := r.full(t, waitlist.Entry{Mode: slot.Phone, Reason: "housing"})
			free(t, r, taken)
			r.refresh(t)
			if told := r.told(t, r.zoe); len(told) == 0 || told[0].After(firstTuesday.AddDate(0, 0, 1)) {
				t.Errorf("told %v", told)
			}
		})
	}
}

func TestR12_OnlyMatchingWaitlistEntriesAreNotified(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	ines := r.SocialWorker(t, "Inès", "Robert")
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID, Until: firstTuesday})
	people := map[string]waitlist.Entry{
		"another worker": {SocialWorkerID: ines.ID}, "another language": {Language: "tr"}, "too late": {Until: firstTuesday.Add(time.Hour)},
	}
	for name, wish := range people {
		v := r.Beneficiary(t, "Ali", "Kaci")
		must(t, r.Waitlist.Join(t.Context(), v, wish))
		defer func() {
			if told := r.told(t, v); len(told) > 0 {
				t.Errorf("%s: told %v", name, told)
			}
		}()
	}
	gone := r.Beneficiary(t, "Lea", "Payet")
	must(t, r.Waitlist.Join(t.Context(), gone, waitlist.Entry{}))
	wishes, err := r.Waitlist.Entries(t.Context(), gone)
	must(t, err)
	if err := r.Waitlist.Leave(t.Context(), r.zoe, wishes[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's wish: %v", err)
	}
	must(t, r.Waitlist.Leave(t.Context(), gone, wishes[0].ID))
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	if told := append(r.told(t, gone), r.told(t, r.zoe)...); len(told) > 0 {
		t.Errorf("who left, or wanted it earlier: %v", told)
	}
}

// An appointment that is to be earlier bounds the wish, can be moved to the hour in one
// act, and ends the wish when it is.
func TestR12_MovingToAReleasedSlotEndsTheWaitlistEntry(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	later := r.Book(t, r.zoe, r.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	r.SetNow(r.DB.Now().Add(time.Minute))
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID, AppointmentID: later.ID})
	if err := r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{AppointmentID: taken[0].ID}); !fault.Is(err, fault.Invalid) {
		t.Errorf("earlier than somebody else's: %v", err)
	}
	r.Cancel(t, r.paul, taken[2])
	r.refresh(t)
	if told := r.told(t, r.zoe); !slices.Equal(told, []time.Time{taken[2].StartsAt}) {
		t.Fatalf("told %v", told)
	}
	must(t, r.Bookings.Move(t.Context(), r.zoe, later.ID, taken[2].StartsAt))
	if wishes := r.wishes(t); len(wishes) > 0 {
		t.Errorf("still waiting: %+v", wishes)
	}
}

func TestR12_WaitlistNotificationsAndEntriesAreLimited(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	for i := range 6 {
		day := firstTuesday.Truncate(24*time.Hour).AddDate(0, 0, 1+i)
		r.Open(t, r.nadia, slot.Opening{FirstDay: day, LastDay: day, Starts: 600, Ends: 660, Modes: slot.Modes})
		r.refresh(t)
	}
	r.SetNow(r.DB.Now().Add(12 * time.Hour))                                         // nine in the evening
	if later := r.deliver(t); len(r.Mails) != 3 || len(r.Texts) != 0 || later != 5 { // the three SMS, and what is told tomorrow
		t.Errorf("%d mails, %d SMS at night, %d later", len(r.Mails), len(r.Texts), later)
	}
	for i := range 6 {
		if err := r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{Until: firstTuesday.AddDate(0, 0, 20+i)}); err != nil && !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
	if n := len(r.wishes(t)); n != 5 {
		t.Errorf("%d wishes of one person", n)
	}
	c := people.DefaultContact
	c.Texts = false
	must(t, r.Accounts.ChooseContact(t.Context(), r.zoe, c))
	if err := r.Waitlist.Join(t.Context(), r.nadia, waitlist.Entry{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a worker waits: %v", err)
	}
}

// What is freed beyond three notices a day is told in one when the limit allows, of
// whomever it is, if it is free then.
func TestR12_SlotsReleasedBeyondTheLimitAreNotifiedTogetherLater(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	marc := r.SocialWorkerWithoutOpenings(t, "Marc", "Tanguy", "Europe/Paris")
	r.full(t, waitlist.Entry{})
	free := func(worker *viewer.Viewer, inDays int) time.Time {
		t.Helper()
		day := firstTuesday.Truncate(24*time.Hour).AddDate(0, 0, inDays)
		r.Open(t, worker, slot.Opening{FirstDay: day, LastDay: day, Starts: 600, Ends: 660, Modes: slot.Modes})
		r.refresh(t)
		return day.Add(9 * time.Hour)
	}
	start := r.DB.Now()
	for i := range 3 {
		free(r.nadia, 1+i)
		r.SetNow(start.Add(time.Duration(1+i) * time.Hour))
	}
	r.deliver(t)
	lost, kept, other := free(r.nadia, 4), free(r.nadia, 5), free(marc, 6)
	r.Book(t, r.paul, r.nadia, lost, slot.Video)
	r.refresh(t)
	r.SetNow(start.Add(24*time.Hour - time.Second))
	if r.deliver(t); len(r.Mails) != 3 {
		t.Errorf("%d mails within a day", len(r.Mails))
	}
	r.SetNow(start.Add(24 * time.Hour))
	r.deliver(t)
	if len(r.Mails) != 4 {
		t.Fatalf("%d mails after a day", len(r.Mails))
	}
	said := func(at time.Time) (n int) {
		for _, m := range r.Mails {
			n += strings.Count(m.Text, web.DayHour(at.In(r.zoe.Zone)))
		}
		return n
	}
	if said(kept) != 1 || said(other) != 1 || said(lost) != 0 {
		t.Errorf("what is free still is told %d and %d times, what is not %d", said(kept), said(other), said(lost))
	}
}

// The day that somebody names bounds what they are told of, with an appointment too.
func TestR12_TheLastDayOfAWaitlistEntryBoundsItBesideAnAppointment(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	later := r.Book(t, r.zoe, r.nadia, firstTuesday.AddDate(0, 0, 14), slot.Video)
	second := r.Book(t, r.paul, r.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	first := r.Book(t, r.paul, r.nadia, firstTuesday, slot.Video)
	r.SetNow(r.DB.Now().Add(time.Minute))
	r.refresh(t)
	must(t, r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{AppointmentID: later.ID, Until: firstTuesday.AddDate(0, 0, 1)}))
	r.Cancel(t, r.paul, second)
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) > 0 {
		t.Errorf("told of %v, which is after the day she named", told)
	}
	must(t, r.Bookings.Move(t.Context(), r.zoe, later.ID, second.StartsAt))
	if len(r.wishes(t)) != 1 {
		t.Fatal("an earlier hour that is not early enough ends the wish")
	}
	r.Cancel(t, r.paul, first)
	r.refresh(t)
	if told := r.told(t, r.zoe); !slices.Equal(told, []time.Time{first.StartsAt}) {
		t.Errorf("told of %v", told)
	}
	must(t, r.Bookings.Move(t.Context(), r.zoe, later.ID, first.StartsAt))
	if len(r.wishes(t)) != 0 {
		t.Error("she waits for what she has")
	}
}

// Nobody is told of an hour that they gave up themselves, until somebody else had it.
func TestR12_NobodyIsNotifiedOfASlotTheyReleasedThemselves(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	cancelled, moved := r.Book(t, r.zoe, r.nadia, firstTuesday, slot.Video), r.Book(t, r.zoe, r.nadia, firstTuesday.Add(time.Hour), slot.Video)
	r.SetNow(r.DB.Now().Add(time.Minute))
	r.refresh(t)
	must(t, r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{SocialWorkerID: r.nadia.ID}))
	r.Cancel(t, r.zoe, cancelled)
	must(t, r.Bookings.Move(t.Context(), r.zoe, moved.ID, firstTuesday.AddDate(0, 0, 7)))
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) > 0 {
		t.Errorf("she is told of the hours that she has just given up: %v", told)
	}
	r.SetNow(r.DB.Now().Add(time.Minute))
	for _, at := range []time.Time{cancelled.StartsAt, moved.StartsAt} {
		again := r.Book(t, r.paul, r.nadia, at, slot.Video)
		r.refresh(t)
		r.Cancel(t, r.paul, again)
		r.refresh(t)
	}
	if told := r.told(t, r.zoe); !slices.Equal(told, []time.Time{cancelled.StartsAt, moved.StartsAt}) {
		t.Errorf("somebody else gave them up, and she is told of %v", told)
	}
}

// Whoever has no consultation left is told of no hour that they could not book; what
// moves an appointment uses up none.
func TestR12_R9_NobodyWithoutConsultationsLeftIsNotified(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	marc := r.SocialWorker(t, "Marc", "Tanguy")
	later := r.Book(t, r.zoe, marc, firstTuesday.AddDate(0, 0, 2), slot.Video)
	r.SetNow(r.DB.Now().Add(time.Minute))
	ali := r.Beneficiary(t, "Ali", "Kaci")
	must(t, r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{AppointmentID: later.ID}))
	must(t, r.Waitlist.Join(t.Context(), ali, waitlist.Entry{}))
	taken, earlier := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID}), r.Book(t, r.paul, marc, firstTuesday.AddDate(0, 0, 1), slot.Video)
	r.refresh(t)
	_, err := r.DB.Pool.Exec(t.Context(), `update clients set per_year = 1`)
	must(t, err)
	r.Cancel(t, r.paul, taken[1])
	r.Cancel(t, r.paul, earlier)
	r.refresh(t)
	for who, want := range map[*viewer.Viewer][]time.Time{r.zoe: {earlier.StartsAt}, ali: {taken[1].StartsAt, earlier.StartsAt}} {
		if told := r.told(t, who); !slices.Equal(told, want) {
			t.Errorf("%s is told of %v, want %v", who.Name, told, want)
		}
	}
	must(t, r.Bookings.Move(t.Context(), r.zoe, later.ID, earlier.StartsAt))
}

// Whatever happens to an agenda, those who wait are told of every hour that it frees,
// once, and of no other.
func TestR12_EveryReleasedSlotIsNotifiedOnceAndNoOther(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 1))
	r := newWaitingRoom(t)
	r.refresh(t)
	must(t, r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{SocialWorkerID: r.nadia.ID}))
	until := r.wishes(t)[0].Until
	var booked []appointment.Appointment
	want := map[time.Time]int{}
	observe := func(before []slot.Slot) (after []slot.Slot) {
		after = r.Available(t, r.nadia.ID)
		r.refresh(t)
		for _, hour := range after {
			isNew := !slices.ContainsFunc(before, func(b slot.Slot) bool { return b.StartsAt.Equal(hour.StartsAt) })
			if isNew && hour.StartsAt.Before(until) {
				want[hour.StartsAt.UTC()]++
			}
		}
		got := map[time.Time]int{}
		for _, at := range r.told(t, r.zoe) {
			got[at]++
		}
		if !maps.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
		return after
	}
	for range 25 {
		before := r.Available(t, r.nadia.ID)
		switch n := draw.IntN(5); {
		case n < 2 && len(before) > 0:
			booked = append(booked, r.Book(t, r.paul, r.nadia, before[draw.IntN(min(6, len(before)))].StartsAt, slot.Video))
		case n == 2 && len(booked) > 0:
			i := draw.IntN(len(booked))
			switch now := r.DB.Now(); {
			case booked[i].Free(now):
				r.Cancel(t, r.paul, booked[i])
			case booked[i].StartsAt.After(now): // too late for Paul, who would be marked
				r.Cancel(t, r.nadia, booked[i])
			}
			booked = slices.Delete(booked, i, i+1)
		case n == 3:
			day := r.DB.Now().Truncate(24*time.Hour).AddDate(0, 0, 1+draw.IntN(20))
			err := r.Agendas.AddOpening(t.Context(), r.nadia, slot.Opening{FirstDay: day, LastDay: day, Starts: 60 * (8 + draw.IntN(8)), Ends: 60 * 17, Modes: slot.Modes})
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		case n == 4:
			r.away(t, draw)
		}
		after := observe(before)
		r.SetNow(r.DB.Now().Add(25 * time.Hour))
		observe(after) // a request that nobody answered frees its hour, too
	}
}

// away adds an absence, or removes one.
func (r *waitingRoom) away(t *testing.T, draw *rand.Rand) {
	t.Helper()
	absences, err := r.Agendas.Absences(t.Context(), r.nadia)
	must(t, err)
	if len(absences) > 0 && draw.IntN(2) == 0 {
		must(t, r.Agendas.RemoveAbsence(t.Context(), r.nadia, absences[0].ID))
		return
	}
	from := r.DB.Now().Add(time.Duration(draw.IntN(400)) * time.Hour)
	must(t, r.Agendas.AddAbsence(t.Context(), r.nadia, slot.Period{From: from, To: from.Add(50 * time.Hour)}, true))
}
