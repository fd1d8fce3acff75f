package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
)

var (
	anHour   = regexp.MustCompile(`<input type="radio" name="starts_at" value="([^"]+)" aria-label="([^"]+)"`)
	aDay     = regexp.MustCompile(`<a href="(/assistants/[^"#]+&amp;week=[^"]+)#jour-([0-9-]+)"[^>]*>.*<span class="sr">([^<]+), (\d+) heures? libres?</span>`)
	anyHour  = regexp.MustCompile(`class="soon" href="(/rendez-vous/nouveau\?[^"]+)"`)
	turnedTo = regexp.MustCompile(`href="(/assistants/[^"]+\?month=[^"]+)">Mois suivant`)
)

// The month shows which days have available slots, each day links to its slots, and the slots
// of a week are all in the page, with full names for screen readers.
func TestR12_R14_AMonthLinksToADayAndADayToItsSlots(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	worker, _ := v.freeSlot()
	page := v.want("the month", v.get("/assistants/"+worker+"?mode=video&month="+clocktest.Now().AddDate(0, 1, 0).Format("2006-01")), http.StatusOK)
	days := aDay.FindAllStringSubmatch(page.body, -1)
	if len(days) < 5 {
		t.Fatalf("%d days have available slots: %s", len(days), main_(page.body))
	}
	day := days[len(days)/2]
	page = v.want("the day", v.get(strings.ReplaceAll(day[1], "&amp;", "&")), http.StatusOK)
	if !strings.Contains(page.body, `class="day chosen" id="jour-`+day[2]+`"`) || !strings.Contains(page.body, `aria-current="date"`) {
		t.Errorf("the day that was chosen is not shown as such: %s", main_(page.body))
	}
	onDay := 0
	for _, hour := range anHour.FindAllStringSubmatch(page.body, -1) {
		at, err := time.Parse(time.RFC3339, hour[1])
		ok(t, err)
		if at.Location() != time.UTC || !strings.HasSuffix(hour[2], ", par vidéo") {
			t.Errorf("a slot is written %v", hour[1:])
		}
		if strings.HasPrefix(hour[2], day[3]+" à ") {
			onDay++
		}
	}
	if fmt.Sprint(onDay) != day[4] {
		t.Errorf("%d slots on %s, and the month says %s", onDay, day[3], day[4])
	}
	months := 0
	for next := turnedTo.FindStringSubmatch(page.body); next != nil && months < 12; next = turnedTo.FindStringSubmatch(page.body) {
		page = v.want("a month later", v.get(strings.ReplaceAll(next[1], "&amp;", "&")), http.StatusOK)
		months++
	}
	if months < 3 || months > 7 {
		t.Errorf("months go on for %d", months)
	}
	for _, odd := range []string{"month=2026-13", "month=9999-01", "month=x&week=2026-W99&day=2026-02-31", "month=0000-00", "day=%00", "month=2020-01"} {
		v.want(odd, v.get("/assistants/"+worker+"?mode=video&"+odd), http.StatusOK)
	}
}

// A slot with any worker leads directly to the last step. If somebody else was faster, the
// person sees the current slots, and what they typed is kept.
func TestR12_R13_ASlotWithAnyWorkerIsBookedOrReplaced(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	ok(t, w.platform.waitlist.RefreshSlots(t.Context()))
	first, second := w.newcomer(t), w.newcomer(t)
	for _, v := range []*visitor{first, second} {
		v.want("choose", v.post("/assistants/choix", "mode", "video", "reason", "housing"), http.StatusSeeOther)
	}
	hours := anyHour.FindAllStringSubmatch(first.want("the hours", first.get("/au-plus-tot"), http.StatusOK).body, -1)
	if len(hours) < 3 {
		t.Fatalf("%d slots", len(hours))
	}
	address := strings.ReplaceAll(hours[len(hours)-1][1], "&amp;", "&")
	a := second.want("the last step", second.get(address), http.StatusOK)
	if !strings.Contains(a.body, `name="anybody" value="1"`) || !strings.Contains(a.body, `value="housing" selected`) {
		t.Errorf("the last step: %s", main_(a.body))
	}
	query, err := url.ParseQuery(address[strings.Index(address, "?")+1:])
	ok(t, err)
	book := func(v *visitor) answer {
		return v.post("/rendez-vous", "social_worker_id", query.Get("social_worker_id"), "starts_at", query.Get("starts_at"), "mode", "video",
			"reason", "housing", "note", "Ma mère", "anybody", "1")
	}
	first.want("book", book(first), http.StatusSeeOther)
	a = second.want("too late", book(second), http.StatusConflict)
	if !strings.Contains(a.body, "vient de prendre cette heure") || !strings.Contains(a.body, `value="Ma mère"`) || !strings.Contains(a.body, `class="soon"`) {
		t.Errorf("the person who loses it sees %s", main_(a.body))
	}
	a = second.want("the link of a moment ago", second.get(address), http.StatusConflict)
	if !strings.Contains(a.body, "Les prochaines heures libres") {
		t.Errorf("the slots again: %s", main_(a.body))
	}
}

func TestR12_WorkersAreListedWithTheirFirstAvailableSlot(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	for _, address := range []string{"/assistants", "/assistants?mode=video&language=fr", "/assistants?reason=nothing&mode=fax&language=x&page=-3&order=no&town=" + strings.Repeat("a", 200)} {
		if a := v.want(address, v.get(address), http.StatusOK); !strings.Contains(a.body, "Première heure libre") || !strings.Contains(a.body, `name="order"`) {
			t.Errorf("%s: %s", address, main_(a.body))
		}
	}
	v.want("choose a town", v.post("/assistants/choix", "town", "Ys"), http.StatusSeeOther)
	if a := v.want("a town where nobody is", v.get("/assistants"), http.StatusOK); !strings.Contains(a.body, "Personne ne correspond") || !strings.Contains(a.body, `value="Ys"`) {
		t.Errorf("a town without workers: %s", main_(a.body))
	}
}

func TestR12_TheWaitlistIsJoinedAndLeft(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, _ := v.freeSlot()
	if a := v.want("the page", v.get("/liste-attente?mode=video&social_worker_id="+worker), http.StatusOK); !strings.Contains(a.body, `value="`+worker+`" selected`) {
		t.Errorf("the worker last viewed is not proposed: %s", main_(a.body))
	}
	for name, fields := range map[string][]string{
		"an unknown worker":       {"social_worker_id", "00000000-0000-4000-8000-000000000000"},
		"not a worker":            {"social_worker_id", "x"},
		"an unknown mode":         {"mode", "fax"},
		"a day of last year":      {"before", "2020-01-01"},
		"no day":                  {"before", "demain"},
		"somebody's appointment":  {"appointment_id", "00000000-0000-4000-8000-000000000000"},
		"what no list ever holds": {"reason", "a\x00b"},
	} {
		v.want(name, v.post("/liste-attente", fields...), http.StatusUnprocessableEntity)
	}
	v.want("join", v.post("/liste-attente", "social_worker_id", worker, "mode", "video", "reason", "housing", "before", clocktest.Now().AddDate(0, 0, 20).Format(time.DateOnly)), http.StatusSeeOther)
	v.want("join for anybody", v.post("/liste-attente"), http.StatusSeeOther)
	a := v.want("the list", v.get("/liste-attente"), http.StatusOK)
	leave := regexp.MustCompile(`/liste-attente/[0-9a-f-]{36}/suppression`).FindAllString(a.body, -1)
	if len(leave) != 2 || !strings.Contains(a.body, "Toute heure qui se libère") {
		t.Fatalf("the list: %s", main_(a.body))
	}
	w.newcomer(t).want("somebody else's", w.newcomer(t).post(leave[0]), http.StatusNotFound)
	v.want("leave", v.post(leave[0]), http.StatusSeeOther)
	v.want("leave again", v.post(leave[0]), http.StatusNotFound)
	v.want("leave the other", v.post(leave[1]), http.StatusSeeOther)
}
