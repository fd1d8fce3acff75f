package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/clocktest"
)

// dayAhead returns the date n days from now, in the format of forms.
func dayAhead(n int) string { return clocktest.Now().AddDate(0, 0, n).Format(time.DateOnly) }

var openingAddress = regexp.MustCompile(`/agenda/ouvertures/[0-9a-f-]{36}`)

// idle creates a worker without openings.
func (w *world) idle(t *testing.T, name string) *visitor {
	t.Helper()
	v := w.worker(t, name)
	openings, err := w.platform.agendas.Openings(t.Context(), v.whoIs())
	ok(t, err)
	for _, o := range openings {
		ok(t, w.platform.agendas.RemoveOpening(t.Context(), v.whoIs(), o.ID, false))
	}
	return v
}

// An invalid opening gets a message at its field, and nothing typed is lost.
func TestR41_InvalidOpeningsGetAMessageAtTheField(t *testing.T) {
	t.Parallel()
	v := platformOf(t).worker(t, "agathe")
	right := map[string]string{"weekday": "0", "first_day": dayAhead(40), "last_day": "", "starts": "21:00", "ends": "23:00", "modes": "video"}
	v.wantMessages("/agenda/ouvertures", right, map[string][]string{
		"ends":      {"20:00", "21:00", "21:20", "01:00", "", "25:00", "\x00"}, // before, nothing, 20 minutes, over midnight
		"first_day": {"1970-01-01", "2200-01-01", "2026-02-30", "", "demain"},
		"weekday":   {"", "8", "-1"}, "modes": {"", "fax"}, "starts": {"", "neuf heures", "25h"},
	})
	weekly := map[string]string{"weekday": "2", "first_day": dayAhead(40), "last_day": "", "starts": "21:00", "ends": "23:00", "modes": "video"}
	v.wantMessages("/agenda/ouvertures", weekly, map[string][]string{"last_day": {dayAhead(39), "2200-01-01"}})
	v.want("one", v.post("/agenda/ouvertures", pairs(right)...), http.StatusSeeOther)
	again := v.want("the same again", v.post("/agenda/ouvertures", pairs(right)...), http.StatusUnprocessableEntity)
	for _, kept := range []string{`id="starts-error"`, `value="21:00"`, `value="23:00"`, `value="` + dayAhead(40) + `"`, `value="video" checked`} {
		if !strings.Contains(again.body, kept) {
			t.Errorf("the form is shown again without %s", kept)
		}
	}
	at := openingAddress.FindString(v.get("/agenda/ouvertures").body)
	v.wantMessages(at, right, map[string][]string{"ends": {"20:00", "21:20", "01:00"}, "first_day": {"1970-01-01", "2200-01-01"}, "modes": {""}})
	for name, path := range map[string]string{"a day that is none": "?day=2026-02-30", "hours that are none": "?day=" + dayAhead(5) + "&starts=99:99&ends=x", "somebody’s script": "?day=<script>&to=\x00"} {
		v.want(name, v.get("/agenda/ouvertures"+strings.ReplaceAll(path, "\x00", "%00")), http.StatusOK)
		v.want(name, v.get(at+strings.ReplaceAll(path, "\x00", "%00")), http.StatusOK)
	}
}

// After a weekly opening was changed in the grid, the form asks whether the change applies to
// every week.
func TestR41_AWeeklyOpeningIsChangedEveryWeekOrOneDay(t *testing.T) {
	t.Parallel()
	v := platformOf(t).idle(t, "capucine")
	first := clocktest.Now().AddDate(0, 0, 8)
	weekday := fmt.Sprint((int(first.Weekday())+6)%7 + 1)
	day := first.Format(time.DateOnly)
	v.want("weekly", v.post("/agenda/ouvertures", "weekday", weekday, "first_day", day, "starts", "09:00", "ends", "11:00", "modes", "video"), http.StatusSeeOther)
	at := openingAddress.FindString(v.get("/agenda/ouvertures").body)
	page := v.want("drawn", v.get(at+"?day="+day+"&to="+day+"&starts=10:00&ends=12:30"), http.StatusOK)
	for _, want := range []string{`name="scope"`, "Chaque semaine", "Seulement le", `value="10:00"`, `value="12:30"`, `name="moved_to" type="date" value="` + day + `"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	fields := map[string]string{"day": day, "weekday": weekday, "first_day": day, "last_day": "", "moved_to": day, "starts": "10:00", "ends": "12:00", "modes": "video"}
	if a := v.want("neither", v.post(at, pairs(fields)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="scope-error"`) {
		t.Error("it does not ask which")
	}
	fields["scope"] = "day"
	v.wantMessages(at, fields, map[string][]string{"moved_to": {"1970-01-01", ""}, "ends": {"10:20"}})
	v.want("that day", v.post(at, pairs(fields)...), http.StatusSeeOther)
	list := v.get("/agenda/ouvertures").body
	if !strings.Contains(list, "de 9\u00a0h à 11\u00a0h") || !strings.Contains(list, "de 10\u00a0h à 12\u00a0h") {
		t.Error("the other weeks changed, or the day did not")
	}
	fields["scope"] = "all"
	fields["day"] = first.AddDate(0, 0, 7).Format(time.DateOnly)
	v.want("every week", v.post(at, pairs(fields)...), http.StatusSeeOther)
	v.want("another day left out", v.post(at+"/suppression", "scope", "day", "day", fields["day"]), http.StatusSeeOther)
	if week := v.get(weekAddress(first.AddDate(0, 0, 7))); strings.Contains(week.body, at) {
		t.Error("the week still shows the day that was left out")
	}
	if week := v.get(weekAddress(first.AddDate(0, 0, 14))); !strings.Contains(week.body, at) {
		t.Error("the week after does not show it")
	}
	v.want("removed", v.post(at+"/suppression"), http.StatusSeeOther)
	v.want("gone", v.get(at), http.StatusNotFound)
}

// One form opens several weekdays, every other week; a refused form keeps what was chosen.
func TestR41_AFormOpensSeveralWeekdaysEveryOtherWeek(t *testing.T) {
	t.Parallel()
	v := platformOf(t).idle(t, "lavande")
	in := func(days int) string { return clocktest.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	fields := []string{"weekday", "1", "weekday", "4", "every", "2", "first_day", in(8), "starts", "9 h 30", "ends", "11h", "modes", "video"}
	refused := v.want("also a single day", v.post("/agenda/ouvertures", append(fields, "weekday", "0")...), http.StatusUnprocessableEntity)
	for _, kept := range []string{`value="1" checked`, `value="4" checked`, `value="2" selected`, `id="weekday-error"`} {
		if !strings.Contains(refused.body, kept) {
			t.Errorf("the refused form lacks %s", kept)
		}
	}
	v.want("an unknown rhythm", v.post("/agenda/ouvertures", "weekday", "1", "every", "3", "first_day", in(8), "starts", "09:00", "ends", "11:00", "modes", "video"), http.StatusUnprocessableEntity)
	v.want("open", v.post("/agenda/ouvertures", fields...), http.StatusSeeOther)
	list := v.get("/agenda/ouvertures").body
	for _, want := range []string{"Un lundi sur deux, de 9\u00a0h\u00a030 à 11\u00a0h", "Un jeudi sur deux, de 9\u00a0h\u00a030 à 11\u00a0h"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	source := weekOf(clocktest.Now().AddDate(0, 0, 22)) // two weeks after the first
	v.want("copied", v.post("/agenda/ouvertures/copie", "week", source, "to", in(29), "until", in(43)), http.StatusSeeOther)
	v.want("copied again", v.post("/agenda/ouvertures/copie", "week", source, "to", in(29), "until", in(43)), http.StatusUnprocessableEntity)
	v.wantMessages("/agenda/ouvertures/copie", map[string]string{"week": source, "to": in(60), "until": ""}, map[string][]string{"to": {"", "1970-01-01"}, "until": {in(29), in(700)}})
}

func weekAddress(day time.Time) string { return "/agenda?week=" + weekOf(day) }

// weekOf returns a day's week in the format of addresses.
func weekOf(day time.Time) string {
	year, week := day.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// Appointments outside of the remaining openings are listed with a link, and kept on
// confirmation.
func TestR41_AffectedAppointmentsAreListedAndConfirmed(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, someone := w.idle(t, "marguerite"), w.newcomer(t)
	day := dayAhead(9)
	v.want("open", v.post("/agenda/ouvertures", "weekday", "0", "first_day", day, "starts", "09:00", "ends", "12:00", "modes", "video"), http.StatusSeeOther)
	at := openingAddress.FindString(v.get("/agenda/ouvertures").body)
	start := w.slotOf(t, v, 9)
	booked := someone.want("book", someone.post("/rendez-vous", "social_worker_id", v.whoIs().ID.String(), "starts_at", start, "mode", "video", "reason", "money"), http.StatusSeeOther).location()

	shorter := []string{"weekday", "0", "first_day", day, "starts", "10:00", "ends", "12:00", "modes", "video"}
	for name, c := range map[string]struct {
		path   string
		fields []string
	}{
		"shorter": {at, shorter}, "removed": {at + "/suppression", nil},
		"away":        {"/agenda/absences", []string{"first_day", day, "last_day", day}},
		"away weekly": {"/agenda/absences/hebdomadaires", []string{"weekly_weekday", fmt.Sprint((int(clocktest.Now().AddDate(0, 0, 9).Weekday())+6)%7 + 1), "weekly_first_day", day, "weekly_starts", "08:00", "weekly_ends", "13:00"}},
	} {
		a := v.want(name, v.post(c.path, c.fields...), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `href="`+booked+`"`) || !strings.Contains(a.body, `name="anyway"`) {
			t.Errorf("%s: the appointment is not listed, or cannot be confirmed", name)
		}
		if name == "away" && !strings.Contains(a.body, "/agenda/annulations?from=") {
			t.Error("an absence does not lead to cancelling all that is booked in it")
		}
	}
	v.want("away, confirmed", v.post("/agenda/absences", "first_day", day, "last_day", day, "anyway", "1"), http.StatusSeeOther)
	v.want("shorter, confirmed", v.post(at, append(shorter, "anyway", "1")...), http.StatusSeeOther)
	v.want("removed without a word: nothing is left outside any more", v.post(at+"/suppression"), http.StatusSeeOther)
	if a := someone.want("the appointment", someone.get(booked), http.StatusOK); !strings.Contains(a.body, `data-status="confirmed"`) {
		t.Error("the appointment was dropped")
	}
	if a := v.get(weekAddress(clocktest.Now().AddDate(0, 0, 9))); !strings.Contains(a.body, `href="`+booked+`"`) {
		t.Error("the week does not show the appointment")
	}
}

// slotOf returns the first available slot of a worker at least that many days ahead, for
// somebody else to book.
func (w *world) slotOf(t *testing.T, worker *visitor, days int) string {
	t.Helper()
	from := clocktest.Now().AddDate(0, 0, days).Truncate(24 * time.Hour)
	slots, err := w.platform.agendas.AvailableSlots(t.Context(), worker.whoIs().ID, slot.Period{From: from, To: from.AddDate(0, 0, 1)})
	ok(t, err)
	if len(slots) == 0 {
		t.Fatal("there is no available slot")
	}
	return slots[0].StartsAt.Format(time.RFC3339)
}

func TestR41_SettingsAndAbsencesGetAMessageAtEachField(t *testing.T) {
	t.Parallel()
	v := platformOf(t).worker(t, "hortense")
	settings := map[string]string{"holiday_region": "martinique", "buffer_before": "10", "buffer_after": "5", "lead_time_hours": "24", "horizon_weeks": "8", "per_day": "6", "overrun_minutes": "10", "shown_number": "01 40 00 00 00", "awaited_mobile": "06 12 34 56 78"}
	v.wantMessages("/agenda/reglages", settings, map[string][]string{
		"holiday_region": {"", "atlantide"}, "buffer_before": {"", "61", "-1", "dix"}, "buffer_after": {"1.5"}, "lead_time_hours": {"337", "99999"},
		"horizon_weeks": {"0", "27"}, "per_day": {"0", "25"}, "overrun_minutes": {"", "16", "-1"}, "shown_number": {"12"}, "awaited_mobile": {"01 40 00 00 00"},
	})
	never := v.want("a lead time as long as the horizon", v.post("/agenda/reglages", "holiday_region", "martinique", "buffer_before", "0", "buffer_after", "0", "lead_time_hours", "168", "horizon_weeks", "1", "overrun_minutes", "15"), http.StatusUnprocessableEntity)
	if !strings.Contains(never.body, `id="lead_time_hours-error"`) {
		t.Error("it does not say that nobody could book")
	}
	v.want("saved", v.post("/agenda/reglages", pairs(settings)...), http.StatusSeeOther)
	page := v.want("shown", v.get("/agenda/reglages"), http.StatusOK)
	for _, want := range []string{`value="martinique" selected`, "Abolition de l’esclavage", `name="per_day" type="text" value="6"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	day := regexp.MustCompile(`name="day" value="([0-9-]+)"`).FindStringSubmatch(page.body)[1]
	v.want("opened", v.post("/agenda/jours-feries", "day", day, "open", "1"), http.StatusSeeOther)
	v.want("closed from the week", v.post("/agenda/jours-feries", "day", day, "back", "week"), http.StatusSeeOther)
	closed := []string{"weekday", "0", "first_day", day, "starts", "09:00", "ends", "12:00", "modes", "video"}
	if a := v.want("an opening on a closed day", v.post("/agenda/ouvertures", closed...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="first_day-error"`) {
		t.Error("it does not say that the day is closed")
	}
	v.want("no holiday", v.post("/agenda/jours-feries", "day", "2027-03-03", "open", "1"), http.StatusNotFound)
	weekly := map[string]string{"weekly_weekday": "1", "weekly_first_day": dayAhead(10), "weekly_last_day": "", "weekly_starts": "12:00", "weekly_ends": "14:00"}
	v.wantMessages("/agenda/absences/hebdomadaires", weekly, map[string][]string{
		"weekly_weekday": {"", "0", "8"}, "weekly_first_day": {"", "1970-01-01", "2200-01-01"}, "weekly_last_day": {dayAhead(9)}, "weekly_starts": {""}, "weekly_ends": {"", "11:00"},
	})
	v.want("a weekly absence", v.post("/agenda/absences/hebdomadaires", pairs(weekly)...), http.StatusSeeOther)
	if a := v.get("/agenda/absences"); !strings.Contains(a.body, "Chaque lundi, de 12\u00a0h à 14\u00a0h") {
		t.Error("the weekly absence is not listed")
	}
}

// An absence that began before the displayed time is labelled at the top of the grid.
func TestR41_AnAbsenceSinceMidnightIsLabelledInTheWeek(t *testing.T) {
	t.Parallel()
	v := platformOf(t).idle(t, "iris")
	day := clocktest.Now().AddDate(0, 0, 10)
	v.want("away", v.post("/agenda/absences", "first_day", day.Format(time.DateOnly), "last_day", day.Format(time.DateOnly)), http.StatusSeeOther)
	v.has("the week", v.want("the week", v.get(weekAddress(day)), http.StatusOK), `data-h="8" data-m="0" data-eh="24" data-em="0" class="away"`)
}
