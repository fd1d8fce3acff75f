package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/internal/viewer"
)

// locked is a buffer for concurrent writers.
type locked struct {
	sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

func (l *locked) String() string {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.String()
}

var feedAddress = regexp.MustCompile(`id="address">http://[^/]+(/agenda/abonnement/([^/]+)/agenda\.ics)<`)

// The log, even at debug level, contains neither a feed's token nor the address of a person's
// calendar, whatever the outcome of the request.
func TestR41_SecretAddressesAreNotLogged(t *testing.T) {
	w := platformOf(t)
	said := &locked{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	v := w.staffMember(t, viewer.SocialWorker)
	a := v.want("make the address", v.post("/agenda/abonnement", "shows", "nothing"), http.StatusOK)
	found := feedAddress.FindStringSubmatch(a.body)
	if found == nil {
		t.Fatal(main_(a.body))
	}
	program := w.visitor(t)
	program.want("the feed", program.get(found[1]), http.StatusOK)
	program.want("another method", program.post(found[1]), http.StatusNotFound)
	program.want("a wrong one", program.get(strings.Replace(found[1], found[2], found[2]+"x", 1)), http.StatusNotFound)
	v.want("a calendar", v.post("/agenda/calendriers", "name", "Journal", "address", "http://127.0.0.1:1/secret-de-nadia.ics"), http.StatusSeeOther)
	v.want("again", v.post("/agenda/calendriers", "name", "Journal", "address", "http://127.0.0.1:1/secret-de-nadia.ics"), http.StatusUnprocessableEntity)
	w.eventually(t, "the calendar fails", func() bool { return strings.Contains(v.get("/agenda/calendriers").body, "Pas lu depuis") })
	if log := said.String(); strings.Contains(log, found[2]) || strings.Contains(log, "secret-de-nadia") || !strings.Contains(log, "/agenda/abonnement/{token}/agenda.ics") {
		t.Errorf("the log says\n%s", log)
	}
	v.remove(t)
}

// remove removes all calendars of a worker.
func (v *visitor) remove(t *testing.T) {
	t.Helper()
	for _, found := range regexp.MustCompile(`/agenda/calendriers/[0-9a-f-]{36}/suppression`).FindAllString(v.get("/agenda/calendriers").body, -1) {
		v.want("remove", v.post(found), http.StatusSeeOther)
	}
}

func (w *world) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); !holds(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestR41_AWorkerAddsACalendarAndReadsTheirOwnElsewhere(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v := w.staffMember(t, viewer.SocialWorker)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprint(rw, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101T000000Z\nDURATION:P1D\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n")
	}))
	defer elsewhere.Close()
	for name, fields := range map[string][]string{
		"nothing": nil, "no name": {"address", elsewhere.URL}, "no address": {"name", "Service"}, "no web": {"name", "Service", "address", "ftp://exemple.fr/a"},
		"long": {"name", "Service", "address", "https://exemple.fr/" + strings.Repeat("a", 3000)},
	} {
		if a := v.want(name, v.post("/agenda/calendriers", fields...), http.StatusUnprocessableEntity); !strings.Contains(a.body, "à corriger") {
			t.Errorf("%s: %s", name, main_(a.body))
		}
	}
	slots := func() int {
		zoe := w.staffMember(t, viewer.Beneficiary)
		return len(slotPattern.FindAllString(zoe.get("/assistants/"+v.whoIs().ID.String()).body, -1))
	}
	free := slots()
	v.want("add", v.post("/agenda/calendriers", "name", "Service", "address", elsewhere.URL, "all_day", "1"), http.StatusSeeOther)
	w.eventually(t, "the calendar is read", func() bool { return strings.Contains(v.get("/agenda/calendriers").body, "Lu le") })
	if busy := slots(); free == 0 || busy != 0 {
		t.Errorf("%d slots were available, and %d are while the worker is busy all the time", free, busy)
	}
	a := v.want("its page", v.get("/agenda/abonnement"), http.StatusOK)
	if strings.Contains(a.body, "agenda.ics") {
		t.Error("an address is shown before one exists")
	}
	v.want("choose nothing", v.post("/agenda/abonnement", "shows", "all"), http.StatusUnprocessableEntity)
	a = v.want("make it", v.post("/agenda/abonnement", "shows", "initials"), http.StatusOK)
	feed := feedAddress.FindStringSubmatch(a.body)
	if feed == nil || a.header.Get("Cache-Control") != "no-store" {
		t.Fatal(main_(a.body))
	}
	program := w.visitor(t)
	a = program.want("the feed", program.get(feed[1]), http.StatusOK)
	if !strings.HasPrefix(a.body, "BEGIN:VCALENDAR\r\n") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/calendar") || !strings.Contains(a.body, "BEGIN:VEVENT") {
		t.Errorf("%v\n%s", a.header, a.body)
	}
	again, err := http.NewRequest(http.MethodGet, w.server.URL+feed[1], nil)
	ok(t, err)
	again.Header.Set("If-None-Match", a.header.Get("ETag"))
	if unchanged := program.want("the same again", program.send(again, nil), http.StatusNotModified); unchanged.body != "" {
		t.Error("an unchanged feed is sent again")
	}
	if page := v.get("/agenda/abonnement").body; strings.Contains(page, feed[2]) || !strings.Contains(page, "Lue pour la dernière fois") {
		t.Error("the address is shown twice, or not when the feed was last read")
	}
	for range 40 {
		a = program.get(feed[1])
	}
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("after forty requests: %d", a.status)
	}
	v.want("revoke", v.post("/agenda/abonnement/suppression"), http.StatusSeeOther)
	program.want("revoked", program.get(feed[1]), http.StatusNotFound)
}
