package agenda_test

import (
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
)

// Past openings and absences are not listed and do not count against the limit. Past weeks
// still show them.
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
	wantAvailable(t, w, nadia, tuesday, 9)
	theOnly(t, w, nadia)
	if weekly, err := w.Agendas.WeeklyAbsences(t.Context(), nadia); err != nil || len(weekly) != 1 {
		t.Errorf("%d weekly absences are listed, %v", len(weekly), err)
	}
	spring := time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)
	hours, err := w.Agendas.Hours(t.Context(), nadia, slot.Period{From: spring, To: spring.AddDate(0, 0, 7)})
	must(t, err)
	if shown := slices.ContainsFunc(hours.Openings, func(o slot.Opening) bool { return o.FirstDay.Equal(spring) }); !shown || len(hours.Weekly) == 0 {
		t.Errorf("a past week shows %d openings, %d absences", len(hours.Openings), len(hours.Weekly))
	}
}

// A full list accepts no more openings, and each of its openings can still be changed.
func TestR41_CurrentOpeningsCountAgainstTheLimit(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 12))
	o := theOnly(t, w, nadia)
	_, err := w.DB.Pool.Exec(t.Context(), `
		insert into openings (social_worker_id, first_day, last_day, starts_minute, ends_minute, modes)
		select $1, $2::date + n, $2::date + n, 540, 600, '{video}' from generate_series(1, 499) n`, nadia.ID, tuesday)
	must(t, err)
	if err := w.Agendas.AddOpening(t.Context(), nadia, weekly(3, 9, 12)); !fault.Is(err, fault.Invalid) {
		t.Errorf("one opening more: %v", err)
	}
	o.Ends = 13 * 60
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, o, false))
}

func TestR41_ChangingAnOpeningListsItsAppointmentsAndCancelsNone(t *testing.T) {
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
	wantAvailable(t, w, nadia, tuesday, 10, 12)

	wantBooked(t, w, nadia, w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, false), early, late)
	wantBooked(t, w, nadia, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, tuesday, false), early, late)
	must(t, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, tuesday.AddDate(0, 0, 7), false))
	must(t, w.Agendas.RemoveOpening(t.Context(), nadia, o.ID, true))
	wantAvailable(t, w, nadia, tuesday)
	for _, a := range []appointment.Appointment{early, late} {
		wantStanding(t, w, zoe, a)
	}
	// Another opening covers the same hours: no appointment is left outside.
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

// A request occupies its slot like an appointment until its answer is overdue, and is listed
// when the agenda around it changes.
func TestR41_ChangingTheAgendaListsRequestsToo(t *testing.T) {
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
	must(t, acts["shorter"]()) // it no longer occupies a slot
}

func TestR41_AWeeklyOpeningIsChangedOnOneDayOnly(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 11))
	o, next := theOnly(t, w, nadia), tuesday.AddDate(0, 0, 7)
	moved := once(tuesday.AddDate(0, 0, 1), 14, 16) // to the Wednesday
	moved.ID = o.ID
	must(t, w.Agendas.ChangeOpeningOn(t.Context(), nadia, tuesday, moved, false))
	wantAvailable(t, w, nadia, tuesday)
	wantAvailable(t, w, nadia, tuesday.AddDate(0, 0, 1), 14, 15)
	wantAvailable(t, w, nadia, next, 9, 10)
	must(t, w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, next, false))
	wantAvailable(t, w, nadia, next)
	wantAvailable(t, w, nadia, next.AddDate(0, 0, 7), 9, 10)
	for name, day := range map[string]time.Time{"a day that is left out": next, "another weekday": monday, "before it began": tuesday.AddDate(0, 0, -14)} {
		if err := w.Agendas.RemoveOpeningOn(t.Context(), nadia, o.ID, day, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestR41_OnlyTheirWorkerSeesAndChangesOpenings(t *testing.T) {
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
		t.Errorf("overlapping another: %v", err)
	}
	morning.Ends = 13 * 60
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, morning, true)) // overlapping its own earlier hours
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
