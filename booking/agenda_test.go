package booking_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// free are the hours of a day in Paris that can be booked.
func free(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, day time.Time) []int {
	t.Helper()
	slots, err := w.Agendas.AvailableSlots(t.Context(), worker.ID, slot.Period{From: inParis(day, 0), To: inParis(day, 24)})
	must(t, err)
	var hours []int
	for _, slot := range slots {
		hours = append(hours, slot.StartsAt.In(worker.Zone).Hour())
	}
	return hours
}

func wantFree(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, day time.Time, want ...int) {
	t.Helper()
	if got := free(t, w, worker, day); !slices.Equal(got, want) {
		t.Errorf("%s: free at %v, want %v", day.Format(time.DateOnly), got, want)
	}
}

// What is over is on no list, and leaves room for what is to come. The weeks in which
// it was still show it.
func TestR41_PastOpeningsAndAbsencesDoNotCountAgainstTheLimit(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t)
	old := func(sql string) {
		t.Helper()
		_, err := w.DB.Pool.Exec(t.Context(), sql+` from (select '2025-01-01'::date + n as d from generate_series(1, 500) n) x`, nadia.ID)
		must(t, err)
	}
	old(`insert into openings (social_worker_id, first_day, last_day, starts_minute, ends_minute, modes) select $1, d, d, 540, 600, '{video}'`)
	old(`insert into weekly_absences (social_worker_id, weekday, first_day, last_day, starts_minute, ends_minute) select $1, 2, d, d + 6, 540, 600`)
	old(`insert into absences (social_worker_id, period) select $1, tstzrange(d, d + 1)`)
	must(t, w.Agendas.AddOpening(t.Context(), nadia, weekly(2, 9, 12)))
	must(t, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, agenda.WeeklyAbsence{Weekday: 2, FirstDay: tuesday, Starts: 600, Ends: 660}, false))
	must(t, w.Agendas.AddAbsence(t.Context(), nadia, slot.Period{From: inParis(tuesday, 11), To: inParis(tuesday, 12)}, false))
	wantFree(t, w, nadia, tuesday, 9)
	theOnly(t, w, nadia)
	if weekly, err := w.Agendas.WeeklyAbsences(t.Context(), nadia); err != nil || len(weekly) != 1 {
		t.Errorf("%d weekly absences are listed, %v", len(weekly), err)
	}
	spring := time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)
	hours, err := w.Agendas.Hours(t.Context(), nadia, slot.Period{From: spring, To: spring.AddDate(0, 0, 7)})
	must(t, err)
	if shown := slices.ContainsFunc(hours.Openings, func(o slot.Opening) bool { return o.FirstDay.Equal(spring) }); !shown || len(hours.Weekly) == 0 {
		t.Errorf("a week that is past shows %d openings, %d absences", len(hours.Openings), len(hours.Weekly))
	}
}

// A list that is full takes no more, and each of its lines can still be changed.
func TestR41_OpeningsToComeCountAgainstTheLimit(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 12))
	o := theOnly(t, w, nadia)
	_, err := w.DB.Pool.Exec(t.Context(), `
		insert into openings (social_worker_id, first_day, last_day, starts_minute, ends_minute, modes)
		select $1, $2::date + n, $2::date + n, 540, 600, '{video}' from generate_series(1, 499) n`, nadia.ID, tuesday)
	must(t, err)
	if err := w.Agendas.AddOpening(t.Context(), nadia, weekly(3, 9, 12)); !fault.Is(err, fault.Invalid) {
		t.Errorf("one line more: %v", err)
	}
	o.Ends = 13 * 60
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, o, false))
}

// theOnly is a worker's one opening.
func theOnly(t *testing.T, w *bookingtest.World, worker *viewer.Viewer) slot.Opening {
	t.Helper()
	openings, err := w.Agendas.Openings(t.Context(), worker)
	must(t, err)
	if len(openings) != 1 {
		t.Fatalf("the openings are %+v", openings)
	}
	return openings[0]
}

// wantBooked holds an error to name these appointments, and what was booked to stand.
func wantBooked(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, err error, want ...appointment.Appointment) {
	t.Helper()
	var booked *agenda.StillBooked
	if !errors.As(err, &booked) || !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want who is still booked", err)
	}
	var got []uuid.UUID
	for _, a := range booked.Appointments {
		got = append(got, a.ID)
		if a.BeneficiaryName == "" {
			t.Error("an appointment comes without its person's name")
		}
	}
	for _, a := range want {
		if !slices.Contains(got, a.ID) {
			t.Errorf("%s is not named", a.StartsAt)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d appointments are named, want %d", len(got), len(want))
	}
	for _, a := range want {
		wantStanding(t, w, worker, a)
	}
}

// wantStanding holds an appointment to stand as it was booked.
func wantStanding(t *testing.T, w *bookingtest.World, v *viewer.Viewer, a appointment.Appointment) {
	t.Helper()
	if now, err := w.Appointments.Appointment(t.Context(), v, a.ID); err != nil || now.Status != a.Status || !now.StartsAt.Equal(a.StartsAt) {
		t.Errorf("the appointment of %s became %q at %s, %v", a.StartsAt, now.Status, now.StartsAt, err)
	}
}

func TestR41_ChangingAnOpeningNamesWhatIsBookedAndDropsNothing(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(2, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	early, late := w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.Video), w.Book(t, zoe, nadia, inParis(tuesday, 11), slot.Phone)
	o := theOnly(t, w, nadia)

	o.Ends = 11 * 60
	wantBooked(t, w, nadia, w.Agendas.ChangeOpening(t.Context(), nadia, o, false), late)
	if kept := theOnly(t, w, nadia); kept.Ends != 12*60 {
		t.Error("an unconfirmed change was made")
	}
	o.Ends, o.Modes = 13*60, []slot.Mode{slot.Video}
	wantBooked(t, w, nadia, w.Agendas.ChangeOpening(t.Context(), nadia, o, false), late) // no longer by phone
	o.Modes = slot.Modes
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, o, false)) // longer: nobody is left outside
	wantFree(t, w, nadia, tuesday, 10, 12)

	wantBooked(t, w, nadia, w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, false), early, late)
	wantBooked(t, w, nadia, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, tuesday, false), early, late)
	must(t, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, tuesday.AddDate(0, 0, 7), false))
	must(t, w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, true))
	wantFree(t, w, nadia, tuesday)
	for _, a := range []appointment.Appointment{early, late} {
		wantStanding(t, w, zoe, a)
	}
	// Another opening over the same hours takes them in: nothing is left outside.
	w.Open(t, nadia, weekly(2, 8, 12))
	w.Open(t, nadia, once(tuesday, 9, 12))
	openings, err := w.Agendas.Openings(t.Context(), nadia)
	must(t, err)
	for _, o := range openings {
		if o.Weekday == 0 {
			must(t, w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, false))
		}
	}
}

// A request holds its hour as an appointment does, until its answer is overdue: who
// changes the agenda around it is told of it too.
func TestR41_ChangingTheAgendaNamesRequestsToo(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(2, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	w.Mark(t, nadia, zoe)
	o, next := theOnly(t, w, nadia), tuesday.AddDate(0, 0, 7)
	asked := w.Book(t, zoe, nadia, inParis(next, 11), slot.Video)
	if asked.Status != appointment.Requested {
		t.Fatalf("it is %q", asked.Status)
	}
	shorter, away := o, slot.Period{From: inParis(next, 11), To: inParis(next, 12)}
	shorter.Ends = 11 * 60
	weekly := agenda.WeeklyAbsence{Weekday: 2, FirstDay: tuesday, Starts: 11 * 60, Ends: 12 * 60}
	acts := map[string]func() error{
		"shorter":          func() error { return w.Agendas.ChangeOpening(t.Context(), nadia, shorter, false) },
		"gone":             func() error { return w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, false) },
		"gone on that day": func() error { return w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, next, false) },
		"away":             func() error { return w.Agendas.AddAbsence(t.Context(), nadia, away, false) },
		"away every week":  func() error { return w.Agendas.AddWeeklyAbsence(t.Context(), nadia, weekly, false) },
	}
	for _, act := range acts {
		wantBooked(t, w, nadia, act(), asked)
	}
	w.SetNow(asked.AnswerBy.Add(time.Microsecond))
	must(t, acts["shorter"]()) // it holds nothing any more
}

func TestR41_OneDayOfAWeeklyOpeningIsChangedAlone(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 11))
	o, next := theOnly(t, w, nadia), tuesday.AddDate(0, 0, 7)
	moved := once(tuesday.AddDate(0, 0, 1), 14, 16) // to the Wednesday
	moved.ID = o.ID
	must(t, w.Agendas.ChangeOpeningOn(t.Context(), nadia, tuesday, moved, false))
	wantFree(t, w, nadia, tuesday)
	wantFree(t, w, nadia, tuesday.AddDate(0, 0, 1), 14, 15)
	wantFree(t, w, nadia, next, 9, 10)
	must(t, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, next, false))
	wantFree(t, w, nadia, next)
	wantFree(t, w, nadia, next.AddDate(0, 0, 7), 9, 10)
	for name, day := range map[string]time.Time{"a day that is left out": next, "another weekday": monday, "before it began": tuesday.AddDate(0, 0, -14)} {
		if err := w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, day, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestR41_OpeningsAreTheirWorkersAlone(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, marc, zoe := w.SocialWorkerWith(t, weekly(2, 9, 12)), w.SocialWorkerWith(t), w.Beneficiary(t, "Zoé", "Vidal")
	o := theOnly(t, w, nadia)
	must(t, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, agenda.WeeklyAbsence{Weekday: 1, FirstDay: monday, Starts: 0, Ends: 60}, false))
	weekly, err := w.Agendas.WeeklyAbsences(t.Context(), nadia)
	must(t, err)
	for name, c := range map[string]struct {
		v    *viewer.Viewer
		want fault.Code
	}{"another worker": {marc, fault.NotFound}, "a beneficiary": {zoe, fault.Forbidden}, "nobody": {nil, fault.Forbidden}} {
		_, read := w.Agendas.Opening(t.Context(), c.v, o.ID)
		for act, err := range map[string]error{
			"read": read, "change": w.Agendas.ChangeOpening(t.Context(), c.v, o, true), "change a day of": w.Agendas.ChangeOpeningOn(t.Context(), c.v, tuesday, o, true),
			"remove": w.Agendas.RemoveOpening(t.Context(), c.v, o.ID, true), "remove a day of": w.Agendas.RemoveOpeningOn(t.Context(), c.v, o.ID, tuesday, true),
			"remove an absence beside": w.Agendas.RemoveWeeklyAbsence(t.Context(), c.v, weekly[0].ID),
		} {
			if !fault.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %s", name, act, err, c.want)
			}
		}
	}
	for name, err := range map[string]error{
		"settings": w.Agendas.SaveSettings(t.Context(), zoe, worker.Settings{}), "holiday": w.Agendas.OpenHoliday(t.Context(), zoe, tuesday),
		"absence": w.Agendas.AddWeeklyAbsence(t.Context(), zoe, weekly[0], false),
	} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a beneficiary’s %s: %v", name, err)
		}
	}
	theOnly(t, w, nadia)
}

func TestR41_AnOpeningMayNotOverlapAnotherOfItsKindNorItself(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 12), weekly(2, 14, 16))
	openings, err := w.Agendas.Openings(t.Context(), nadia)
	must(t, err)
	morning := openings[0]
	morning.Ends = 15 * 60
	if err := w.Agendas.ChangeOpening(t.Context(), nadia, morning, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("over another: %v", err)
	}
	morning.Ends = 13 * 60
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, morning, true)) // over its old self
}

func TestR41_AnAbsenceNamesWhoIsBookedInIt(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(1, 9, 12), weekly(2, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	first := w.Book(t, zoe, nadia, inParis(tuesday, 10), slot.Video)
	second := w.Book(t, zoe, nadia, inParis(monday, 10), slot.Video)
	both := slot.Period{From: inParis(tuesday, 0), To: inParis(monday, 24)}
	wantBooked(t, w, nadia, w.Agendas.AddAbsence(t.Context(), nadia, both, false), first, second)
	if absences, err := w.Agendas.Absences(t.Context(), nadia); err != nil || len(absences) != 0 {
		t.Errorf("an unconfirmed absence is there: %v, %v", absences, err)
	}
	mondays := agenda.WeeklyAbsence{Weekday: 1, FirstDay: tuesday, LastDay: monday.AddDate(0, 0, 7), Starts: 9*60 + 30, Ends: 10*60 + 30}
	wantBooked(t, w, nadia, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, mondays, false), second)
	must(t, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, mondays, true))
	wantStanding(t, w, zoe, second)
	wantFree(t, w, nadia, monday, 11)
	wantFree(t, w, nadia, monday.AddDate(0, 0, 14), 9, 10, 11) // after its last day
	must(t, w.Agendas.AddAbsence(t.Context(), nadia, both, true))
	wantFree(t, w, nadia, tuesday)
	wantStanding(t, w, zoe, first)
}

func TestR12_HolidaysAreClosedUntilTheyAreOpened(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	christmas := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC) // a Friday
	nadia, zoe := w.SocialWorkerWith(t, weekly(5, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	wantFree(t, w, nadia, christmas)
	_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: inParis(christmas, 9), Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("booked on Christmas: %v", err)
	}
	if err := w.Agendas.OpenHoliday(t.Context(), nadia, tuesday); !fault.Is(err, fault.NotFound) {
		t.Errorf("an ordinary Tuesday: %v", err)
	}
	must(t, w.Agendas.OpenHoliday(t.Context(), nadia, christmas))
	must(t, w.Agendas.OpenHoliday(t.Context(), nadia, christmas)) // twice is once
	wantFree(t, w, nadia, christmas, 9, 10, 11)
	a := w.Book(t, zoe, nadia, inParis(christmas, 9), slot.Video)
	wantBooked(t, w, nadia, w.Agendas.CloseHoliday(t.Context(), nadia, christmas, false), a)
	wantFree(t, w, nadia, christmas, 10, 11)
	must(t, w.Agendas.CloseHoliday(t.Context(), nadia, christmas, true))
	wantFree(t, w, nadia, christmas)
	wantStanding(t, w, zoe, a)
}

func TestR12_AWorkersRegionDecidesWhichDaysAreClosed(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	stStephen := time.Date(2026, 12, 26, 0, 0, 0, 0, time.UTC) // a Saturday
	nadia := w.SocialWorkerWith(t, weekly(6, 9, 11))
	wantFree(t, w, nadia, stStephen, 9, 10)
	settings, err := w.Agendas.Settings(t.Context(), nadia)
	must(t, err)
	settings.HolidayRegion = "alsace-moselle"
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, settings))
	wantFree(t, w, nadia, stStephen)
	lea := w.SocialWorkerWithoutOpenings(t, "Léa", "Payet", "Indian/Reunion")
	if settings, err = w.Agendas.Settings(t.Context(), lea); err != nil || settings.HolidayRegion != "reunion" {
		t.Errorf("a worker in La Réunion starts with %q, %v", settings.HolidayRegion, err)
	}
}

// refused tries to book and tells the kind of fault, empty for none.
func refused(t *testing.T, w *bookingtest.World, v, worker *viewer.Viewer, at time.Time) fault.Code {
	t.Helper()
	_, err := w.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: at, Mode: slot.Video, Reason: "money"})
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestR12_BuffersNoticeAndCapHoldForWhatIsShownAndWhatIsBooked(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Hoarau")
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 18))
	save := func(s worker.Settings) {
		t.Helper()
		s.HolidayRegion, s.HorizonWeeks = "metropole", max(1, s.HorizonWeeks)
		must(t, w.Agendas.SaveSettings(t.Context(), nadia, s))
	}
	w.Book(t, zoe, nadia, inParis(tuesday, 12), slot.Video)

	save(worker.Settings{BufferAfter: 15})
	wantFree(t, w, nadia, tuesday, 9, 10, 14, 15, 16, 17) // 11 would run into the quarter before 12
	if got := refused(t, w, paul, nadia, inParis(tuesday, 13)); got != fault.Conflict {
		t.Errorf("too close after: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday, 11)); got != fault.Conflict {
		t.Errorf("too close before: %q", got)
	}
	if got := refused(t, w, zoe, nadia, inParis(tuesday, 12)); got != "" {
		t.Errorf("one’s own hour again: %q", got)
	}

	save(worker.Settings{PerDay: 2})
	w.Book(t, paul, nadia, inParis(tuesday, 17), slot.Video)
	wantFree(t, w, nadia, tuesday)
	wantFree(t, w, nadia, tuesday.AddDate(0, 0, 7)) // more than a week ahead
	if got := refused(t, w, paul, nadia, inParis(tuesday, 9)); got != fault.Conflict {
		t.Errorf("a third one that day: %q", got)
	}

	save(worker.Settings{NoticeHours: 26, HorizonWeeks: 2}) // the world stands on Monday at 9 in Paris
	wantFree(t, w, nadia, tuesday, 11, 13, 14, 15, 16)
	if got := refused(t, w, paul, nadia, inParis(tuesday, 10)); got != fault.Invalid {
		t.Errorf("an hour too late: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday.AddDate(0, 0, 14), 9)); got != fault.Invalid {
		t.Errorf("an hour too early: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday, 11)); got != "" {
		t.Errorf("on the boundary: %q", got)
	}
}

// The hours to move to are those that moving takes, no more and no fewer, whatever
// buffers and caps stand around the hour that is left.
func TestR18_TheSlotsToMoveToAreThoseThatMovingAccepts(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	day := bookingtest.Start.Add(72 * time.Hour).Truncate(24 * time.Hour)
	w.Open(t, nadia, slot.Opening{FirstDay: day, LastDay: day, Starts: 0, Ends: 24 * 60, Modes: slot.Modes})
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, worker.Settings{HolidayRegion: "metropole", HorizonWeeks: 4, BufferBefore: 30, BufferAfter: 30, PerDay: 2}))
	w.Book(t, w.Beneficiary(t, "Paul", "Morel"), nadia, day.Add(15*time.Hour), slot.Phone)
	a := w.Book(t, zoe, nadia, day.Add(9*time.Hour), slot.Phone)
	moved := 0
	for at := day.Add(-24 * time.Hour); at.Before(day.Add(48 * time.Hour)); at = at.Add(time.Hour) {
		var err error
		a, err = w.Appointments.Appointment(t.Context(), zoe, a.ID)
		must(t, err)
		free, _, err := w.Bookings.FreeToMove(t.Context(), zoe, a)
		must(t, err)
		offered := slices.ContainsFunc(free, func(s slot.Slot) bool { return s.StartsAt.Equal(at) })
		err = w.Bookings.Move(t.Context(), zoe, a.ID, at)
		if offered != (err == nil) {
			t.Errorf("%s is offered: %t, and moving says %v", at, offered, err)
		}
		if err == nil {
			moved++
		}
	}
	if moved < 10 {
		t.Errorf("only %d hours could be moved to", moved)
	}
}

// An appointment does not stand in its own way when it moves by an hour.
func TestR18_MovingCountsTheOldHourAsAvailable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorkerWith(t, weekly(2, 9, 12))
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, worker.Settings{HolidayRegion: "metropole", HorizonWeeks: 4, BufferBefore: 30, PerDay: 1}))
	a := w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.Video)
	must(t, w.Bookings.Move(t.Context(), zoe, a.ID, inParis(tuesday, 10)))
}

func TestR41_SettingsOutsideTheirBoundsAreRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t)
	good := worker.Settings{HolidayRegion: "reunion", BufferBefore: 60, BufferAfter: 60, NoticeHours: 100, HorizonWeeks: 26, PerDay: 24}
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, good))
	for name, spoil := range map[string]func(*worker.Settings){
		"region": func(s *worker.Settings) { s.HolidayRegion = "atlantide" }, "before": func(s *worker.Settings) { s.BufferBefore = 61 },
		"after": func(s *worker.Settings) { s.BufferAfter = -1 }, "notice": func(s *worker.Settings) { s.NoticeHours = 337 },
		"no week": func(s *worker.Settings) { s.HorizonWeeks = 0 }, "many weeks": func(s *worker.Settings) { s.HorizonWeeks = 27 },
		"cap": func(s *worker.Settings) { s.PerDay = 25 }, "nothing left": func(s *worker.Settings) { s.NoticeHours, s.HorizonWeeks = 168, 1 },
	} {
		bad := good
		spoil(&bad)
		if err := w.Agendas.SaveSettings(t.Context(), nadia, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept, err := w.Agendas.Settings(t.Context(), nadia); err != nil || kept != good {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestR12_AnOpeningHasItsPlace(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, marc, zoe := w.SocialWorkerWith(t), w.SocialWorkerWith(t), w.Beneficiary(t, "Zoé", "Vidal")
	must(t, w.Workers.AddPlace(t.Context(), nadia, nadia.ID, worker.Place{Name: "Mairie", Address: "2 rue du Port, Lorient"}))
	town := w.Places(t, nadia.ID)[1]
	morning, afternoon := weekly(2, 9, 12), weekly(2, 14, 16)
	afternoon.Place = town.ID
	w.Open(t, nadia, morning)
	w.Open(t, nadia, afternoon)
	if err := w.Agendas.AddOpening(t.Context(), marc, afternoon); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else’s place: %v", err)
	}
	if a := w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.InPerson); a.Place != w.Places(t, nadia.ID)[0].Words() {
		t.Errorf("in the morning at %q", a.Place)
	}
	if a := w.Book(t, zoe, nadia, inParis(tuesday, 14), slot.InPerson); a.Place != town.Words() {
		t.Errorf("in the afternoon at %q", a.Place)
	}
	must(t, w.Workers.RemovePlace(t.Context(), nadia, nadia.ID, town.ID))
	if a := w.Book(t, zoe, nadia, inParis(tuesday, 15), slot.InPerson); a.Place != w.Places(t, nadia.ID)[0].Words() {
		t.Errorf("without its place at %q", a.Place)
	}
}
