package main

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
)

var (
	workerPattern = regexp.MustCompile(`/assistants/([0-9a-f-]{36})`)
	slotPattern   = regexp.MustCompile(`name="starts_at" value="([^"]+)"`)
)

// handedOut are the slots given to tests, each with its worker, and how many.
var (
	handedOut sync.Map
	slotTurn  atomic.Int64
)

// another returns one of the slots on a worker's page that no other test was given, if there
// is one: tests run concurrently.
func another(worker string, found [][]string) string {
	turn := int(slotTurn.Add(1))
	for i := range found {
		at := found[(turn+i)%len(found)][1]
		if _, before := handedOut.LoadOrStore(worker+at, true); !before {
			return at
		}
	}
	return found[turn%len(found)][1]
}

// freeSlot returns an available slot by video of the first worker, another one at each call.
func (v *visitor) freeSlot() (worker, startsAt string) {
	v.t.Helper()
	a := v.want("the sheets", v.get("/assistants?mode=video"), http.StatusOK)
	worker = workerPattern.FindStringSubmatch(a.body)[1]
	return worker, v.freeSlotOf(worker)
}

// freeSlotOf returns another available slot of a given worker: who is first in the list
// changes meanwhile.
func (v *visitor) freeSlotOf(worker string) (startsAt string) {
	v.t.Helper()
	a := v.want("the agenda", v.get(nextWeek("/assistants/"+worker)), http.StatusOK)
	found := slotPattern.FindAllStringSubmatch(a.body, -1)
	if len(found) < 20 {
		v.t.Fatalf("no available slot in %s", main_(a.body))
	}
	return another(worker, found)
}

var startPattern = regexp.MustCompile(`DTSTART;TZID=([^:]+):(\d{8}T\d{6})\r\n`)

// startIn returns the start of the event in a calendar file.
func startIn(t *testing.T, file string) time.Time {
	t.Helper()
	found := startPattern.FindStringSubmatch(file)
	if found == nil {
		t.Fatalf("no start in %s", file)
	}
	at, err := time.ParseInLocation("20060102T150405", found[2], zone.Of(found[1]))
	ok(t, err)
	return at
}

func (v *visitor) book(worker, startsAt string, more ...string) answer {
	v.t.Helper()
	fields := append([]string{"social_worker_id", worker, "starts_at", startsAt, "mode", "video", "reason", "disability"}, more...)
	if strings.Contains(strings.Join(more, " "), "reason") {
		fields = append(fields[:6], more...)
	}
	return v.post("/rendez-vous", fields...)
}

func TestR12_FromTheSheetsToABookedAppointment(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, at := v.freeSlot()
	a := v.want("the last step", v.get("/rendez-vous/nouveau?social_worker_id="+worker+"&starts_at="+at+"&mode=video"), http.StatusOK)
	if !strings.Contains(a.body, `name="reason"`) || !strings.Contains(a.body, "librement") && !strings.Contains(a.body, "tardive") {
		t.Errorf("the last step is not complete: %s", main_(a.body))
	}
	a = v.want("book", v.book(worker, at, "note", "Bonjour"), http.StatusSeeOther)
	page := a.location()
	if !regexp.MustCompile(`^/rendez-vous/[0-9a-f-]{36}$`).MatchString(page) {
		t.Fatalf("booked to %q", page)
	}
	a = v.want("the appointment", v.get(page), http.StatusOK)
	if !strings.Contains(a.body, `data-status="confirmed"`) || !strings.Contains(a.body, "Bonjour") {
		t.Errorf("the page: %s", main_(a.body))
	}
	if a = v.want("the list", v.get("/rendez-vous"), http.StatusOK); !strings.Contains(a.body, page) {
		t.Error("the list does not contain it")
	}
	if a = w.newcomer(t).get(page); a.status != http.StatusNotFound {
		t.Errorf("somebody else sees it: %d", a.status)
	}
}

func TestR13_ABookedSlotIs409WithTheCurrentAgenda(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	first, second := w.newcomer(t), w.newcomer(t)
	worker, at := first.freeSlot()
	first.want("book", first.book(worker, at), http.StatusSeeOther)
	a := second.want("the same hour", second.book(worker, at), http.StatusConflict)
	if strings.Contains(a.body, `value="`+at+`"`) || !strings.Contains(a.body, `name="starts_at"`) {
		t.Errorf("the agenda still offers %s, or nothing: %s", at, main_(a.body))
	}
	pressed := first.want("an hour of one's own twice", first.book(worker, at), http.StatusSeeOther)
	if once := first.want("once more", first.book(worker, at), http.StatusSeeOther); once.location() != pressed.location() {
		t.Errorf("pressed again, it leads to %q, then to %q", pressed.location(), once.location())
	}
}

func TestR13_SlotsThatWereNeverAvailableAre422(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	worker, at := v.freeSlot()
	for name, a := range map[string]answer{
		"in the past":     v.book(worker, "2020-01-01T09:00:00Z"),
		"off the grid":    v.book(worker, strings.Replace(at, ":00:00Z", ":17:00Z", 1)),
		"far ahead":       v.book(worker, "2150-01-01T09:00:00Z"),
		"not an instant":  v.book(worker, "demain"),
		"no instant":      v.book(worker, ""),
		"no reason":       v.book(worker, at, "reason", ""),
		"unknown reason":  v.book(worker, at, "reason", "astrology"),
		"a long note":     v.book(worker, at, "note", strings.Repeat("a", 1001)),
		"a broken note":   v.book(worker, at, "note", "a\x00b\u202e\xff"),
		"nothing at all":  v.post("/rendez-vous"),
		"unknown mode":    v.post("/rendez-vous", "social_worker_id", worker, "starts_at", at, "mode", "fax", "reason", "disability"),
		"no such worker?": v.post("/rendez-vous", "social_worker_id", "x", "starts_at", at, "mode", "video", "reason", "disability"),
	} {
		v.want(name, a, http.StatusUnprocessableEntity)
	}
	v.want("nobody's id", v.book("00000000-0000-4000-8000-000000000000", at), http.StatusNotFound)
	v.want("10 MB", v.book(worker, at, "note", strings.Repeat("a", 10<<20)), http.StatusRequestEntityTooLarge)
}

func TestR18_CancellingShowsTheConsequenceFirst(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	a := v.want("the consequence", v.get(page+"/annulation"), http.StatusOK)
	if !strings.Contains(a.body, "conséquence") && !strings.Contains(a.body, "tardive") {
		t.Errorf("no consequence: %s", main_(a.body))
	}
	v.want("too much to say", v.post(page+"/annulation", "explanation", strings.Repeat("a", 501)), http.StatusUnprocessableEntity)
	v.want("cancel", v.post(page+"/annulation", "explanation", "Un empêchement"), http.StatusSeeOther)
	a = v.want("the appointment", v.get(page), http.StatusOK)
	if !strings.Contains(a.body, `data-status="cancelled`) {
		t.Errorf("its state: %s", main_(a.body))
	}
	v.want("cancel again", v.post(page+"/annulation", "explanation", ""), http.StatusSeeOther)
}

func TestR21_ConfirmationsAreNeutralAndHaveACalendarFile(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	mail := w.mailWith(t, page, "confirmé")
	if strings.Contains(strings.ToLower(mail.Subject+mail.Text), "handicap") {
		t.Errorf("the mail reveals the reason: %s", mail.Text)
	}
	file := ""
	for _, part := range mail.Attachments {
		if strings.HasSuffix(part.Name, ".ics") {
			file = string(part.Data)
		}
	}
	start, err := time.Parse(time.RFC3339, at)
	ok(t, err)
	if got := startIn(t, file); !got.Equal(start) {
		t.Errorf("the calendar file says %v, want %v", got, start)
	}
	for _, want := range []string{"SUMMARY:Rendez-vous\r\n", "METHOD:REQUEST", "SEQUENCE:0"} {
		if !strings.Contains(file, want) {
			t.Errorf("the calendar file lacks %q:\n%s", want, file)
		}
	}
	if strings.Contains(strings.ToLower(file), "handicap") || strings.Contains(file, "Dupuis") {
		t.Errorf("the calendar file reveals the reason or the person:\n%s", file)
	}
	v.want("cancel", v.post(page+"/annulation", "explanation", ""), http.StatusSeeOther)
	mail = w.mailWith(t, page, "annulé")
	if len(mail.Attachments) == 0 || !strings.Contains(string(mail.Attachments[0].Data), "METHOD:CANCEL") {
		t.Error("the cancellation removes nothing from calendars")
	}
}

// mailWith waits for a mail about a page whose subject contains words.
func (w *world) mailWith(t *testing.T, page, words string) embedded.Mail {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		mails, err := embedded.ReadMails(w.mail.Dir())
		ok(t, err)
		for _, m := range mails {
			about := strings.Contains(m.Text, page) || len(m.Attachments) > 0 && strings.Contains(string(m.Attachments[0].Data), strings.TrimPrefix(page, "/rendez-vous/"))
			if about && strings.Contains(m.Subject, words) {
				return m
			}
		}
	}
	t.Fatalf("no mail %q about %s", words, page)
	return embedded.Mail{}
}

func TestR17_TheCalendarFileRevealsNothing(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	a := v.want("download", v.get(page+"/calendrier.ics"), http.StatusOK)
	if a.header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(a.body, "SUMMARY:Rendez-vous\r\n") || strings.Contains(a.body, "ATTENDEE") {
		t.Errorf("%s\n%s", a.header, a.body)
	}
	w.newcomer(t).want("somebody else's", w.newcomer(t).get(page+"/calendrier.ics"), http.StatusNotFound)
}

func TestR28_BothPeopleSendADocument(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	who, err := w.people.firstOf(viewer.Beneficiary)
	ok(t, err)
	zoe := w.visitor(t)
	zoe.want("sign in", zoe.post("/connexion", "email", who.Email, "password", who.Password), http.StatusSeeOther)
	nadia := w.staffMember(t, viewer.SocialWorker)
	conversation := regexp.MustCompile(`/messages/[0-9a-f-]{36}`).FindString(zoe.want("messages", zoe.get("/messages"), http.StatusOK).body)
	pdf := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	for _, pair := range []struct{ from, to *visitor }{{zoe, nadia}, {nadia, zoe}} {
		a := pair.from.want("send", pair.from.upload(conversation, "Voici le document.", "avis.pdf", pdf), http.StatusSeeOther)
		if !strings.HasPrefix(a.location(), conversation) {
			t.Errorf("sent to %q", a.location())
		}
		page := pair.to.want("the thread", pair.to.get(conversation), http.StatusOK)
		links := regexp.MustCompile(`/documents/[0-9a-f-]{36}`).FindAllString(page.body, -1)
		if len(links) == 0 {
			t.Fatalf("no document in %s", main_(page.body))
		}
		got := pair.to.want("download", pair.to.get(links[len(links)-1]), http.StatusOK)
		if got.body != string(pdf) {
			t.Errorf("it was changed: %q", got.body)
		}
		w.newcomer(t).want("somebody else's document", w.newcomer(t).get(links[0]), http.StatusNotFound)
	}
}
