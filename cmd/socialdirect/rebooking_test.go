package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var offerPattern = regexp.MustCompile(`name="offer" value="([^"]+)"`)

// left creates a person whose worker cancels their appointment, and returns both.
func (w *world) left(t *testing.T) (v *visitor, appointment string) {
	t.Helper()
	v = w.newcomer(t)
	worker, at := v.freeSlot()
	appointment = v.want("book", v.book(worker, at, "note", "Une dette."), http.StatusSeeOther).location()
	nadia := &viewer.Viewer{ID: uuid.MustParse(worker), Role: viewer.SocialWorker, Zone: time.UTC, Complete: true}
	_, err := w.platform.bookings.Cancel(t.Context(), nadia, uuid.MustParse(strings.TrimPrefix(appointment, "/rendez-vous/")), "")
	ok(t, err)
	return v, appointment
}

// proposalsIn waits for the mail with the link to other slots, and returns its text.
func (w *world) proposalsIn(t *testing.T, appointment string) string {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); <-time.After(20 * time.Millisecond) {
		mails, err := embedded.ReadMails(w.mail.Dir())
		ok(t, err)
		for _, m := range mails {
			if strings.Contains(m.Text, appointment+"/propositions") {
				return m.Text
			}
		}
	}
	t.Fatal("no mail with other slots arrived")
	return ""
}

func TestR20_FromTheMailToAnotherAppointmentInTwoClicks(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, appointment := w.left(t)
	if text := w.proposalsIn(t, appointment); !strings.Contains(text, "À une autre heure") || strings.Contains(text, "Handicap") {
		t.Errorf("the mail: %s", text)
	}
	page := appointment + "/propositions"
	stranger := w.visitor(t)
	if a := stranger.want("signed out", stranger.get(page), http.StatusSeeOther); a.location() != "/connexion?suite="+url.QueryEscape(page) {
		t.Errorf("the link does not survive the sign-in: %s", a.location())
	}
	if a := v.want("the appointment", v.get(appointment), http.StatusOK); !strings.Contains(a.body, page) {
		t.Error("the appointment does not link to other slots")
	}
	a := v.want("other hours", v.get(page), http.StatusOK)
	offers := offerPattern.FindAllStringSubmatch(a.body, -1)
	if len(offers) < 2 || strings.Contains(a.body, `name="note" type="checkbox" value="1" checked`) || !strings.Contains(a.body, `name="note"`) {
		t.Fatalf("the page: %s", main_(a.body))
	}
	for name, value := range map[string]string{"nothing": "", "no identifier": "x 2026-12-01T10:00:00Z", "no hour": strings.Fields(offers[0][1])[0], "half an hour": strings.Replace(offers[0][1], ":00:00Z", ":30:00Z", 1)} {
		if a := v.want(name, v.post(page, "offer", value, "note", "1"), http.StatusUnprocessableEntity); !strings.Contains(a.body, `role="alert"`) || !strings.Contains(a.body, `name="note" type="checkbox" value="1" checked`) {
			t.Errorf("%s: %s", name, main_(a.body))
		}
	}

	// Somebody else is faster: the page then shows the current slots.
	first := strings.Fields(offers[0][1])
	other := w.newcomer(t)
	other.want("somebody else books it", other.book(first[0], first[1]), http.StatusSeeOther)
	a = v.want("too late", v.post(page, "offer", offers[0][1]), http.StatusConflict)
	now := offerPattern.FindAllStringSubmatch(a.body, -1)
	if len(now) == 0 || strings.Contains(a.body, offers[0][1]) {
		t.Fatalf("offered after it was booked: %s", main_(a.body))
	}

	booked := v.want("one press", v.post(page, "offer", now[0][1]), http.StatusSeeOther).location()
	if a := v.want("booked", v.get(booked), http.StatusOK); !strings.Contains(a.body, `data-status="confirmed"`) || !strings.Contains(a.body, "Handicap") || strings.Contains(a.body, "Une dette") {
		t.Errorf("the new appointment: %s", main_(a.body))
	}
	for name, answer := range map[string]answer{
		"a second press": v.post(page, "offer", now[len(now)-1][1]), "the mail again": v.get(page), "no after yes": v.post(page + "/refus"),
	} {
		if v.want(name, answer, http.StatusSeeOther); answer.location() != booked {
			t.Errorf("%s leads to %s, want %s", name, answer.location(), booked)
		}
	}
}

func TestR20_NoneSuitsIsAnAnswer(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, appointment := w.left(t)
	if a := v.want("none", v.post(appointment+"/propositions/refus"), http.StatusSeeOther); a.location() != appointment {
		t.Errorf("it leads to %s", a.location())
	}
	if a := v.want("later on", v.get(appointment+"/propositions"), http.StatusOK); !strings.Contains(a.body, "Vous pouvez encore en choisir une") || strings.Contains(a.body, "/refus") {
		t.Errorf("the page: %s", main_(a.body))
	}
}

func TestR20_TheSwitchboardCallsPeopleWhoDoNotAnswer(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	_, appointment := w.left(t)
	id := strings.TrimPrefix(appointment, "/rendez-vous/")
	_, err := w.platform.db.Pool.Exec(t.Context(), `update rebookings set due_at = platform_now() - interval '1 minute' where appointment_id = $1`, id)
	ok(t, err)
	standard := w.staffMember(t, viewer.Switchboard)
	if a := standard.want("first page", standard.get("/standard"), http.StatusOK); !strings.Contains(a.body, "/standard/rappels") {
		t.Error("the first page does not link to the people to call")
	}
	a := standard.want("whom to call", standard.get("/standard/rappels"), http.StatusOK)
	if !strings.Contains(a.body, id) || !strings.Contains(a.body, "06 12 34 56 78") || !strings.Contains(a.body, "de 8\u00a0h à 20\u00a0h") || strings.Contains(a.body, "Handicap") {
		t.Errorf("the list: %s", main_(a.body))
	}
	own := "/standard/rappels/" + id
	standard.want("neither", standard.post(own, "outcome", "perhaps"), http.StatusUnprocessableEntity)
	standard.want("missed", standard.post(own, "outcome", "missed"), http.StatusSeeOther)
	if a = standard.want("whom to call", standard.get("/standard/rappels"), http.StatusOK); !strings.Contains(a.body, "Pas jointe 1 fois") {
		t.Errorf("the list: %s", main_(a.body))
	}
	standard.want("reached", standard.post(own, "outcome", "reached"), http.StatusSeeOther)
	standard.want("twice", standard.post(own, "outcome", "reached"), http.StatusConflict)
	if a = standard.want("whom to call", standard.get("/standard/rappels"), http.StatusOK); strings.Contains(a.body, id) {
		t.Error("reached, and still on the list")
	}
}

func TestR20_TheAdministrationCancelsOnBehalfOfAWorker(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, at := v.freeSlot()
	appointment := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	id := strings.TrimPrefix(appointment, "/rendez-vous/")
	admin, path := w.staffMember(t, viewer.Administrator), "/administration/assistants/"+worker+"/annulations"
	for _, page := range []string{"/administration/assistants/" + worker, "/administration/comptes/" + worker, "/administration/comptes/" + worker + "/decision?act=close", "/administration/comptes/" + worker + "/decision?act=suspend"} {
		if a := admin.want(page, admin.get(page), http.StatusOK); !strings.Contains(a.body, path) {
			t.Errorf("%s does not link to the affected people", page)
		}
	}
	starts, err := time.Parse(time.RFC3339, at)
	ok(t, err)
	span := []string{"from", at, "to", starts.Add(time.Hour).Format(time.RFC3339)}
	query := "?" + url.Values{"from": {span[1]}, "to": {span[3]}}.Encode()
	a := admin.want("the hour", admin.get(path+query), http.StatusOK)
	if !strings.Contains(a.body, id+`" checked`) || strings.Contains(a.body, "Vidal") || strings.Count(a.body, `name="appointment"`) != 1 {
		t.Errorf("the list: %s", main_(a.body))
	}
	for name, bad := range map[string]string{"backwards": "?first_day=2026-12-09&last_day=2026-12-01", "no days": "?first_day=x&last_day=", "long ago": "?first_day=1970-01-01&last_day=1970-01-02"} {
		admin.want(name, admin.get(path+bad), http.StatusUnprocessableEntity)
	}
	for _, odd := range []string{"?from=x&to=y", "?from=" + at + "&to=" + at, "?to=2200-01-01T00:00:00Z&from=1970-01-01T00:00:00Z"} {
		admin.want(odd, admin.get(path+odd), http.StatusOK)
	}
	ticked := append(span, "appointment", id, "explanation", "Elle est souffrante.")
	a = admin.want("without a reason", admin.post(path+"/verification", ticked...), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, "Elle est souffrante.") || !strings.Contains(a.body, `id="reason-error"`) {
		t.Errorf("what was typed is lost: %s", main_(a.body))
	}
	ticked = append(ticked, "reason", "Hospitalisée.", "close", "1")
	if a = admin.want("what follows", admin.post(path+"/verification", ticked...), http.StatusOK); !strings.Contains(a.body, "1 personne") || !strings.Contains(a.body, `value="Hospitalisée."`) {
		t.Errorf("what follows: %s", main_(a.body))
	}
	past := append(append([]string{}, ticked...), "from", "2026-01-01T00:00:00Z", "to", "2026-01-02T00:00:00Z")[4:]
	if a = admin.want("the period is over meanwhile", admin.post(path, past...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="close-error"`) {
		t.Errorf("the agenda would remain closed for ever: %s", main_(a.body))
	}
	if a := admin.want("do it", admin.post(path, ticked...), http.StatusSeeOther); a.location() != path+query {
		t.Errorf("it leads to %s", a.location())
	}
	admin.want("again", admin.post(path, ticked...), http.StatusUnprocessableEntity)
	a = admin.want("afterwards", admin.get(path+query), http.StatusOK)
	if !strings.Contains(a.body, "Hospitalisée.") || strings.Contains(a.body, `name="appointment"`) {
		t.Errorf("afterwards: %s", main_(a.body))
	}
	if a := v.want("the person", v.get(appointment), http.StatusOK); !strings.Contains(a.body, `data-status="cancelled_by_worker"`) || !strings.Contains(a.body, "Elle est souffrante.") || strings.Contains(a.body, "Hospitalisée") {
		t.Errorf("the person reads %s", main_(a.body))
	}
	w.proposalsIn(t, appointment)
}
