package agenda_test

import (
	"testing"

	"socialdirect/booking/agenda"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
)

func TestR41_AddingAnAbsenceListsTheAppointmentsInIt(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, weekly(1, 9, 12), weekly(2, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	first := w.Book(t, zoe, nadia, inParis(tuesday, 10), slot.Video)
	second := w.Book(t, zoe, nadia, inParis(monday, 10), slot.Video)
	both := slot.Period{From: inParis(tuesday, 0), To: inParis(monday, 24)}
	wantBooked(t, w, nadia, w.Agendas.AddAbsence(t.Context(), nadia, both, false), first, second)
	if absences, err := w.Agendas.Absences(t.Context(), nadia); err != nil || len(absences) != 0 {
		t.Errorf("an unconfirmed absence was added: %v, %v", absences, err)
	}
	mondays := agenda.WeeklyAbsence{Weekday: 1, FirstDay: tuesday, LastDay: monday.AddDate(0, 0, 7), Starts: 9*60 + 30, Ends: 10*60 + 30}
	wantBooked(t, w, nadia, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, mondays, false), second)
	must(t, w.Agendas.AddWeeklyAbsence(t.Context(), nadia, mondays, true))
	wantStanding(t, w, zoe, second)
	wantAvailable(t, w, nadia, monday, 11)
	wantAvailable(t, w, nadia, monday.AddDate(0, 0, 14), 9, 10, 11) // after its last day
	must(t, w.Agendas.AddAbsence(t.Context(), nadia, both, true))
	wantAvailable(t, w, nadia, tuesday)
	wantStanding(t, w, zoe, first)
}
