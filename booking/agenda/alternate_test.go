package agenda_test

import (
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// alternating is a weekly opening that holds every other week, from that day on.
func alternating(weekday, from, until int, first time.Time) slot.Opening {
	o := weekly(weekday, from, until)
	o.Every, o.FirstDay = 2, first
	return o
}

// Every other week is counted in weeks, across a year of 53 of them and clock changes.
func TestR41_AnOpeningEveryOtherWeekHoldsInItsWeeksOnly(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, alternating(2, 9, 11, tuesday.AddDate(0, 0, 1))) // a Wednesday: its week counts, its Tuesday is over
	for n := range 20 {
		want := []int{}
		if n > 0 && n%2 == 0 {
			want = []int{9, 10}
		}
		day := tuesday.AddDate(0, 0, 7*n)
		if n == 17 || n == 18 || n == 19 { // summer time in Paris
			continue
		}
		wantAvailable(t, w, nadia, day, want...)
	}
	summer := tuesday.AddDate(0, 0, 7*18) // 6 April
	if got := available(t, w, nadia, summer); len(got) != 2 || got[0] != 9 {
		t.Errorf("in summer: %v", got)
	}
	if got := available(t, w, nadia, summer.AddDate(0, 0, 7)); len(got) != 0 {
		t.Errorf("a week later in summer: %v", got)
	}
}

// Two openings of the same hours fit if they alternate, and not otherwise.
func TestR41_AlternatingOpeningsClashInTheSameWeeksOnly(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, alternating(2, 9, 11, tuesday), alternating(2, 9, 11, tuesday.AddDate(0, 0, 7)))
	for n := range 4 {
		wantAvailable(t, w, nadia, tuesday.AddDate(0, 0, 7*n), 9, 10)
	}
	for name, o := range map[string]slot.Opening{
		"the same weeks": alternating(2, 10, 12, tuesday.AddDate(0, 0, 14)), "the other weeks": alternating(2, 10, 12, tuesday.AddDate(0, 0, 21)), "every week": weekly(2, 10, 12),
	} {
		if err := w.Agendas.AddOpening(t.Context(), nadia, o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An appointment in a week that an opening no longer holds in is listed before the change.
func TestR41_ChangingToEveryOtherWeekListsTheAppointmentsBetween(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(2, 9, 11)), w.Beneficiary(t, "Zoé", "Vidal")
	w.Book(t, zoe, nadia, inParis(tuesday, 9), slot.Video)
	between := w.Book(t, zoe, nadia, inParis(tuesday.AddDate(0, 0, 7), 9), slot.Video)
	o := theOnly(t, w, nadia)
	o.FirstDay, o.Every = tuesday, 2
	wantBooked(t, w, nadia, w.Agendas.ChangeOpening(t.Context(), nadia, o, false), between)
	must(t, w.Agendas.ChangeOpening(t.Context(), nadia, o, true))
	if kept := theOnly(t, w, nadia); kept.Every != 2 || kept.When() != "Un mardi sur deux, de 9\u00a0h à 11\u00a0h" {
		t.Errorf("%q", kept.When())
	}
}

func TestR41_SeveralOpeningsAreAddedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t, weekly(3, 9, 12))
	if err := w.Agendas.AddOpening(t.Context(), nadia, weekly(1, 9, 12), weekly(3, 10, 11)); !fault.Is(err, fault.Invalid) {
		t.Errorf("with one that overlaps: %v", err)
	}
	if err := w.Agendas.AddOpening(t.Context(), nadia, weekly(1, 9, 12), weekly(1, 10, 11)); !fault.Is(err, fault.Invalid) {
		t.Errorf("two that overlap each other: %v", err)
	}
	theOnly(t, w, nadia)
	must(t, w.Agendas.AddOpening(t.Context(), nadia, weekly(1, 9, 12), weekly(2, 9, 12), weekly(5, 9, 12)))
	wantAvailable(t, w, nadia, tuesday, 9, 10, 11)
	wantAvailable(t, w, nadia, monday, 9, 10, 11)
	wantAvailable(t, w, nadia, tuesday.AddDate(0, 0, 3), 9, 10, 11)
}

// Copying a week makes the other week offer the same, once, and takes nothing away there.
func TestR41_CopyingAWeekAddsWhatTheOtherWeekLacks(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(2, 9, 11), once(tuesday, 14, 16), once(tuesday.AddDate(0, 0, 2), 9, 10)), w.Beneficiary(t, "Zoé", "Vidal")
	from, next := slot.WeekOf(tuesday), tuesday.AddDate(0, 0, 7)
	w.Open(t, nadia, once(next.AddDate(0, 0, 3), 9, 12))
	a := w.Book(t, zoe, nadia, inParis(next, 10), slot.Video)
	must(t, w.Agendas.CopyWeek(t.Context(), nadia, from, slot.WeekOf(next), slot.WeekOf(next.AddDate(0, 0, 7))))
	wantAvailable(t, w, nadia, next, 9, 14, 15)
	wantAvailable(t, w, nadia, next.AddDate(0, 0, 2), 9)
	wantAvailable(t, w, nadia, next.AddDate(0, 0, 3), 9, 10, 11)
	wantAvailable(t, w, nadia, next.AddDate(0, 0, 7), 9, 10, 14, 15)
	wantStanding(t, w, zoe, a)
	openings, err := w.Agendas.Openings(t.Context(), nadia)
	if err != nil || len(openings) != 4+4 {
		t.Errorf("%d openings, want two more in each week: %v", len(openings), err)
	}
	for name, err := range map[string]error{
		"again":             w.Agendas.CopyWeek(t.Context(), nadia, from, slot.WeekOf(next)),
		"to itself":         w.Agendas.CopyWeek(t.Context(), nadia, from, from),
		"an empty week":     w.Agendas.CopyWeek(t.Context(), nadia, slot.WeekOf(tuesday.AddDate(0, 0, -70)), slot.WeekOf(next)),
		"to the past":       w.Agendas.CopyWeek(t.Context(), nadia, from, slot.WeekOf(tuesday.AddDate(0, 0, -7))),
		"into an overlap":   overlapping(t, w, nadia, from),
		"to no week at all": w.Agendas.CopyWeek(t.Context(), nadia, from),
	} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Agendas.CopyWeek(t.Context(), zoe, from, slot.WeekOf(next)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by a beneficiary: %v", err)
	}
}

// overlapping copies a week to one that has an opening for a day in the way, and checks that
// nothing was added.
func overlapping(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, from slot.Week) error {
	t.Helper()
	later := tuesday.AddDate(0, 0, 35)
	w.Open(t, worker, once(later, 15, 17))
	err := w.Agendas.CopyWeek(t.Context(), worker, from, slot.WeekOf(later))
	wantAvailable(t, w, worker, later, 9, 10, 15, 16)
	wantAvailable(t, w, worker, later.AddDate(0, 0, 2))
	return err
}
