package calendar_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/fetch"

	"github.com/google/uuid"
)

func TestR41_BusyTimesOfExternalCalendarsBlockSearchAndBooking(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	busy := bookingtest.Start.Add(48 * time.Hour)
	w.out.says("DTSTART:"+busy.Format("20060102T150405Z")+"|DURATION:PT1H", "DTSTART;VALUE=DATE:20261210")
	s := w.subscribe(t, w.out.URL+"/secret/basic.ics")
	if !s.ReadAt.IsZero() || s.Host != "127.0.0.1" || !w.available(t, busy) {
		t.Errorf("before it is read: %+v", s)
	}
	s = w.read(t, s)
	if !s.ReadAt.Equal(bookingtest.Start) || s.Failure != "" {
		t.Errorf("read: %+v", s)
	}
	if w.available(t, busy) || !w.available(t, busy.Add(time.Hour)) || !w.available(t, busy.Add(-time.Hour)) {
		t.Error("the busy slot is offered, or its neighbours are not")
	}
	day := time.Date(2026, 12, 10, 11, 0, 0, 0, time.UTC)
	if w.available(t, day) {
		t.Error("a slot of an all-day event is offered")
	}
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for at, want := range map[time.Time]bool{busy: false, busy.Add(time.Hour): true} {
		_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: w.worker.ID, StartsAt: at, Mode: slot.Phone, Reason: "money"})
		if (err == nil) != want || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("booking %s: %v", at, err)
		}
	}
	must(t, w.Calendars.CountAllDay(t.Context(), w.worker, s.ID, false))
	w.read(t, s)
	if !w.available(t, day) || w.available(t, busy) {
		t.Error("all-day events block although the worker excluded them, or other events do not")
	}
	must(t, w.Calendars.PauseCalendar(t.Context(), w.worker, s.ID, true))
	w.read(t, s)
	if !w.available(t, busy) || w.Count(t, `external_busy`) != 0 {
		t.Error("a paused calendar blocks slots")
	}
	must(t, w.Calendars.PauseCalendar(t.Context(), w.worker, s.ID, false))
	w.read(t, s)
	if w.available(t, busy) {
		t.Error("a resumed calendar blocks no slots")
	}
	must(t, w.Calendars.Unsubscribe(t.Context(), w.worker, s.ID))
	if !w.available(t, busy) || w.Count(t, `external_busy`) != 0 {
		t.Error("a removed calendar blocks slots")
	}
	must(t, w.Calendars.ReadCalendar(t.Context(), w.client, s.ID)) // a late job of a removed calendar does nothing
}

func TestR41_AnUnchangedCalendarIsExpandedOnceADay(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says("DTSTART:20260101T090000Z|DURATION:PT1H|RRULE:FREQ=DAILY")
	s := w.subscribe(t, w.out.URL)
	for range 3 {
		s = w.read(t, s)
	}
	if asked, full := w.out.asked.Load(), w.out.full.Load(); asked != 3 || full != 1 {
		t.Errorf("asked %d times, %d with an answer", asked, full)
	}
	w.SetNow(bookingtest.Start.Add(25 * time.Hour))
	s = w.read(t, s)
	if full := w.out.full.Load(); full != 2 || !s.ReadAt.Equal(w.DB.Now()) {
		t.Errorf("%d answers a day later, read at %s", full, s.ReadAt)
	}
	end := w.DB.Now().Add(slot.Horizon).Truncate(24 * time.Hour).Add(9 * time.Hour)
	if n := w.Count(t, `external_busy where upper(period) <= '`+end.Add(72*time.Hour).Format(time.RFC3339)+`'`); n < 182 || n > 186 {
		t.Errorf("%d periods are kept", n)
	}
}

func TestR41_CalendarFailuresAreShownRetriedAndNotifiedAfterDays(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	busy := bookingtest.Start.Add(30 * 24 * time.Hour)
	w.out.says("DTSTART:" + busy.Format("20060102T150405Z") + "|DURATION:PT1H")
	s := w.read(t, w.subscribe(t, w.out.URL))
	w.out.status.Store(404)
	w.out.says()
	waited := time.Duration(0)
	for i := range 8 {
		w.SetNow(w.DB.Now().Add(12 * time.Hour))
		s = w.read(t, s)
		next := s.Next.Sub(w.DB.Now())
		if s.Failure != calendar.FailureGone || s.Failure.Label() == "" || next < waited && i < 4 || next > 16*time.Hour {
			t.Fatalf("failure %d: %+v, next in %s", i, s, next)
		}
		waited = next
	}
	if !s.FailingSince.Equal(bookingtest.Start.Add(12*time.Hour)) || w.available(t, busy) {
		t.Errorf("earlier busy periods were deleted: %+v", s)
	}
	if n := w.Count(t, `notifications where kind = 'calendar_failing'`); n != 1 {
		t.Errorf("%d mails about it", n)
	}
	w.out.status.Store(200)
	if s = w.read(t, s); s.Failure != "" || !s.FailingSince.IsZero() || !w.available(t, busy) {
		t.Errorf("after a success: %+v", s)
	}
}

func TestR41_EachCalendarFailureHasItsOwnCause(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	strict := fetch.New(calendar.Limits, fetch.Options{})
	for name, c := range map[string]struct {
		text   string
		status int64
		client *fetch.Client
		want   calendar.Failure
	}{
		"internal":    {"", 200, strict, calendar.FailureAddress},
		"a page":      {"<html>", 200, w.client, calendar.FailureNotCalendar},
		"down":        {"", 503, w.client, calendar.FailureUnreachable},
		"forbidden":   {"", 403, w.client, calendar.FailureGone},
		"too large":   {"BEGIN:VCALENDAR\n" + strings.Repeat("X:"+strings.Repeat("a", 1000)+"\n", 17_000), 200, w.client, calendar.FailureTooLarge},
		"too complex": {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYHOUR=3\nEND:VEVENT\nEND:VCALENDAR\n", 200, w.client, calendar.FailureTooComplex},
	} {
		w.out.text.Store(&c.text)
		w.out.status.Store(c.status)
		s := w.subscribe(t, w.out.URL+"/"+strings.ReplaceAll(name, " ", ""))
		must(t, w.Calendars.ReadCalendar(t.Context(), c.client, s.ID))
		if got := w.only(t); got.Failure != c.want || got.Failure.Label() == "" {
			t.Errorf("%s: %q", name, got.Failure)
		}
		must(t, w.Calendars.Unsubscribe(t.Context(), w.worker, s.ID))
	}
}

func TestR41_DueCalendarsAreDequeuedOnceByManyInstances(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	w.subscribe(t, w.out.URL)
	_, err := w.DB.Pool.Exec(t.Context(), `delete from river_job`)
	must(t, err)
	done := make(chan error)
	for range 4 {
		go func() { done <- w.Calendars.ReadDue(context.Background()) }()
	}
	for range 4 {
		must(t, <-done)
	}
	if n := w.Count(t, `river_job where kind = 'calendar_read'`); n != 1 {
		t.Errorf("%d jobs for one calendar", n)
	}
}

// A server chooses its ETag; it may be any text.
func TestR41_AnyETagOfACalendarServerIsAccepted(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	for _, version := range []string{"\"\xff\xfe\"", "\"caf\xe9\"", "\"caf\u00e9\u0301\"", strings.Repeat("x", 5000)} {
		odd := httptest.NewServer(http.HandlerFunc(func(h http.ResponseWriter, _ *http.Request) {
			h.Header().Set("ETag", version)
			h.Header().Set("Last-Modified", version)
			fmt.Fprint(h, "BEGIN:VCALENDAR\nEND:VCALENDAR\n")
		}))
		defer odd.Close()
		s := w.subscribe(t, odd.URL)
		for range 2 {
			if s = w.read(t, s); s.ReadAt.IsZero() || s.Failure != "" {
				t.Errorf("%q: %+v", version, s)
			}
		}
	}
}

// A calendar whose busy periods are deleted while its server answers "not modified" is read
// again at once.
func TestR41_APauseDuringACalendarSyncLosesNothing(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	busy := bookingtest.Start.Add(48 * time.Hour)
	w.out.says("DTSTART:" + busy.Format("20060102T150405Z") + "|DURATION:PT1H")
	var id atomic.Pointer[uuid.UUID]
	slow := httptest.NewServer(http.HandlerFunc(func(h http.ResponseWriter, r *http.Request) {
		if id := id.Load(); id != nil {
			for _, paused := range []bool{true, false} {
				if err := w.Calendars.PauseCalendar(r.Context(), w.worker, *id, paused); err != nil {
					t.Error(err)
				}
			}
		}
		w.out.Config.Handler.ServeHTTP(h, r)
	}))
	defer slow.Close()
	s := w.read(t, w.subscribe(t, slow.URL))
	id.Store(&s.ID)
	s = w.read(t, s)
	id.Store(nil)
	if s.Next.After(w.DB.Now()) {
		t.Errorf("busy slots stay available until %s", s.Next)
	}
	if w.read(t, s); w.available(t, busy) {
		t.Error("the busy slot is offered")
	}
}

// The calendars of a worker who cannot be booked now are synchronised, so that their busy
// periods block slots from the first day on which the worker can be booked.
func TestR41_CalendarsAreReadBeforeTheirWorkerIsOffered(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.Insure(t, w.worker)
	busy := bookingtest.Start.Add(48 * time.Hour)
	w.out.says("DTSTART:" + busy.Format("20060102T150405Z") + "|DURATION:PT1H")
	s := w.subscribe(t, w.out.URL)
	if s = w.read(t, s); s.ReadAt.IsZero() {
		t.Error("the calendar of an uninsured worker is never read")
	}
	w.Insure(t, w.worker, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(1, 0, 0)))
	if w.available(t, busy) || !w.available(t, busy.Add(time.Hour)) {
		t.Error("once insured, the worker is offered at a busy time")
	}
	_, err := w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, w.worker.ID)
	must(t, err)
	asked := w.out.asked.Load()
	must(t, w.Calendars.ReadCalendar(t.Context(), w.client, s.ID))
	if w.out.asked.Load() != asked {
		t.Error("a suspended worker's calendar is read")
	}
}

// What is not understood is said to the worker by its day, and a zone that is not known is
// busy whenever it may be until the worker says which it is.
func TestR41_TheWorkerLearnsWhatIsNotUnderstoodAndChoosesTheZone(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	at := bookingtest.Start.Add(72 * time.Hour).Truncate(24 * time.Hour).Add(14 * time.Hour)
	w.out.says("DTSTART;TZID=Heure d'ici:"+at.Format("20060102T150405")+"|DURATION:PT1H", "DTSTART:demain|DURATION:PT1H")
	s := w.read(t, w.subscribe(t, w.out.URL+"/secret/basic.ics"))
	if s.LeftOut != 1 || len(s.LeftOutDays) != 0 || len(s.WholeDays) != 1 || s.WholeDays[0].Format(time.DateOnly) != at.Format(time.DateOnly) || len(s.UnknownZones) != 1 || s.UnknownZones[0] != "Heure d'ici" || s.AssumedZone != "" {
		t.Errorf("%+v", s)
	}
	for _, hours := range []time.Duration{-6, -1, 0, 1, 6} {
		if w.available(t, at.Add(hours*time.Hour)) {
			t.Errorf("%d hours after the time that is written, a slot is offered", hours)
		}
	}
	for _, zone := range []string{"", "Local", "Europe/Berlin", "../etc"} {
		if err := w.Calendars.AssumeZone(t.Context(), w.worker, s.ID, zone); !fault.Is(err, fault.Invalid) {
			t.Errorf("the zone %q: %v", zone, err)
		}
	}
	if err := w.Calendars.AssumeZone(t.Context(), w.SocialWorkerWith(t), s.ID, "America/Cayenne"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another worker: %v", err)
	}
	if err := w.Calendars.AssumeZone(t.Context(), w.Beneficiary(t, "Zoé", "Vidal"), s.ID, "America/Cayenne"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary: %v", err)
	}
	must(t, w.Calendars.AssumeZone(t.Context(), w.worker, s.ID, "America/Cayenne"))
	s = w.read(t, s)
	if s.AssumedZone != "America/Cayenne" || len(s.UnknownZones) != 1 || len(s.WholeDays) != 0 {
		t.Errorf("chosen: %+v", s)
	}
	if busy := at.Add(3 * time.Hour); w.available(t, busy) || !w.available(t, busy.Add(-time.Hour)) || !w.available(t, busy.Add(time.Hour)) {
		t.Error("the event is not read by the chosen zone alone")
	}
	w.out.says("DTSTART:" + at.Format("20060102T150405Z") + "|DURATION:PT1H")
	w.SetNow(w.DB.Now().Add(2 * time.Minute))
	if s = w.read(t, s); s.LeftOut+len(s.UnknownZones)+len(s.WholeDays) != 0 {
		t.Errorf("a calendar that is understood again: %+v", s)
	}
}

// All-day events are days of the worker's zone: a worker who changes it has their calendars
// read again, although they did not change.
func TestR41_AChangeOfZoneReadsTheCalendarsAgain(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says("DTSTART;VALUE=DATE:20261210")
	s := w.read(t, w.subscribe(t, w.out.URL+"/secret/basic.ics"))
	busyFrom := func() string {
		var from time.Time
		must(t, w.DB.Pool.QueryRow(t.Context(), `select lower(period) from external_busy`).Scan(&from))
		return from.UTC().Format(time.RFC3339)
	}
	if got := busyFrom(); got != "2026-12-09T23:00:00Z" {
		t.Fatalf("in Paris the day begins at %s", got)
	}
	must(t, w.Agendas.ChangeZone(t.Context(), w.worker, "Indian/Reunion", true))
	if n := w.Count(t, `calendar_subscriptions where expanded_at is null and due_at <= platform_now()`); n != 1 {
		t.Errorf("%d calendars are due", n)
	}
	w.read(t, s)
	if got := busyFrom(); got != "2026-12-09T20:00:00Z" {
		t.Errorf("in Réunion the day begins at %s", got)
	}
}
