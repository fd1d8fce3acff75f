package booking_test

import (
	"context"
	"errors"
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
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// outside is a calendar server that says what the test has it say.
type outside struct {
	*httptest.Server
	text   atomic.Pointer[string]
	status atomic.Int64
	asked  atomic.Int64
	full   atomic.Int64 // answers with a body
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{}
	o.status.Store(200)
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked.Add(1)
		text := *o.text.Load()
		tag := fmt.Sprintf(`"%d-%d"`, len(text), strings.Count(text, "9"))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		o.full.Add(1)
		w.WriteHeader(int(o.status.Load()))
		fmt.Fprint(w, text)
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *outside) says(events ...string) {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\n"
	for i, e := range events {
		text += fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nSUMMARY:Secret\n%s\nEND:VEVENT\n", i, strings.ReplaceAll(e, "|", "\n"))
	}
	text += "END:VCALENDAR\n"
	o.text.Store(&text)
}

// calendarWorld is a worker with a calendar elsewhere.
type calendarWorld struct {
	*bookingtest.World
	worker *viewer.Viewer
	out    *outside
	client *fetch.Client
}

func newCalendarWorld(t *testing.T) *calendarWorld {
	t.Helper()
	w := &calendarWorld{World: bookingtest.New(t), out: newOutside(t), client: fetch.New(calendar.Limits, fetch.Options{Loopback: true})}
	w.worker = w.SocialWorker(t, "Nadia", "Le Goff")
	return w
}

func (w *calendarWorld) subscribe(t *testing.T, address string) calendar.Subscription {
	t.Helper()
	must(t, w.Calendars.Subscribe(t.Context(), w.worker, calendar.NewSubscription{Name: "Service", Address: address, AllDay: true}))
	return w.only(t)
}

func (w *calendarWorld) only(t *testing.T) calendar.Subscription {
	t.Helper()
	all, err := w.Calendars.Subscriptions(t.Context(), w.worker)
	must(t, err)
	if len(all) == 0 {
		t.Fatal("there is no subscription")
	}
	return all[len(all)-1]
}

func (w *calendarWorld) read(t *testing.T, s calendar.Subscription) calendar.Subscription {
	t.Helper()
	must(t, w.Calendars.ReadCalendar(t.Context(), w.client, s.ID))
	return w.only(t)
}

func (w *calendarWorld) free(t *testing.T, at time.Time) bool {
	t.Helper()
	slots, err := w.Agendas.AvailableSlots(t.Context(), w.worker.ID, slot.Period{From: at, To: at.Add(time.Second)})
	must(t, err)
	return len(slots) == 1
}

func (w *calendarWorld) count(t *testing.T, sql string) (n int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func TestR41_BusyTimesElsewhereCloseHoursForFindingAndForBooking(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	busy := bookingtest.Start.Add(48 * time.Hour)
	w.out.says("DTSTART:"+busy.Format("20060102T150405Z")+"|DURATION:PT1H", "DTSTART;VALUE=DATE:20261210")
	s := w.subscribe(t, w.out.URL+"/secret/basic.ics")
	if !s.ReadAt.IsZero() || s.Host != "127.0.0.1" || !w.free(t, busy) {
		t.Errorf("before it is read: %+v", s)
	}
	s = w.read(t, s)
	if !s.ReadAt.Equal(bookingtest.Start) || s.Failure != "" {
		t.Errorf("read: %+v", s)
	}
	if w.free(t, busy) || !w.free(t, busy.Add(time.Hour)) || !w.free(t, busy.Add(-time.Hour)) {
		t.Error("the busy hour is offered, or its neighbours are not")
	}
	day := time.Date(2026, 12, 10, 11, 0, 0, 0, time.UTC)
	if w.free(t, day) {
		t.Error("an hour of a day taken up entirely is offered")
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
	if !w.free(t, day) || w.free(t, busy) {
		t.Error("whole days count although the worker said otherwise, or the rest does not")
	}
	must(t, w.Calendars.PauseCalendar(t.Context(), w.worker, s.ID, true))
	w.read(t, s)
	if !w.free(t, busy) || w.count(t, `select count(*) from external_busy`) != 0 {
		t.Error("a calendar in pause closes hours")
	}
	must(t, w.Calendars.PauseCalendar(t.Context(), w.worker, s.ID, false))
	w.read(t, s)
	if w.free(t, busy) {
		t.Error("a calendar that goes on closes nothing")
	}
	must(t, w.Calendars.Unsubscribe(t.Context(), w.worker, s.ID))
	if !w.free(t, busy) || w.count(t, `select count(*) from external_busy`) != 0 {
		t.Error("a calendar that was removed closes hours")
	}
	must(t, w.Calendars.ReadCalendar(t.Context(), w.client, s.ID)) // a job that comes late finds nothing to do
}

func TestR41_TheAddressOfACalendarIsKeptSealed(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	w.subscribe(t, w.out.URL+"/jeton-secret/basic.ics")
	for _, sql := range []string{
		`select count(*) from calendar_subscriptions s where s::text like '%jeton%' or position('jeton'::bytea in sealed_address) > 0`,
		`select count(*) from river_job j where j::text like '%jeton%'`,
	} {
		if n := w.count(t, sql); n != 0 {
			t.Errorf("the address lies open: %s", sql)
		}
	}
	if n := w.count(t, `select count(*) from river_job where kind = 'calendar_read' and queue = 'outbound'`); n != 1 {
		t.Errorf("%d jobs to read it", n)
	}
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
	if n := w.count(t, `select count(*) from external_busy where upper(period) <= '`+end.Add(72*time.Hour).Format(time.RFC3339)+`'`); n < 182 || n > 186 {
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
	if !s.FailingSince.Equal(bookingtest.Start.Add(12*time.Hour)) || w.free(t, busy) {
		t.Errorf("what was known is forgotten: %+v", s)
	}
	if n := w.count(t, `select count(*) from notifications where kind = 'calendar_failing'`); n != 1 {
		t.Errorf("%d mails about it", n)
	}
	w.out.status.Store(200)
	if s = w.read(t, s); s.Failure != "" || !s.FailingSince.IsZero() || !w.free(t, busy) {
		t.Errorf("well again: %+v", s)
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

func TestR41_CalendarsAreTheirWorkersOwnAndBounded(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	ctx := t.Context()
	s := w.subscribe(t, w.out.URL)
	marc, zoe := w.SocialWorker(t, "Marc", "Kermarrec"), w.Beneficiary(t, "Zoé", "Vidal")
	acts := map[string]func(v *viewer.Viewer) error{
		"refresh": func(v *viewer.Viewer) error { return w.Calendars.RefreshCalendar(ctx, v, s.ID) },
		"pause":   func(v *viewer.Viewer) error { return w.Calendars.PauseCalendar(ctx, v, s.ID, true) },
		"days":    func(v *viewer.Viewer) error { return w.Calendars.CountAllDay(ctx, v, s.ID, false) },
		"remove":  func(v *viewer.Viewer) error { return w.Calendars.Unsubscribe(ctx, v, s.ID) },
	}
	for name, act := range acts {
		if err := act(marc); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s by another worker: %v", name, err)
		}
		for _, stranger := range []*viewer.Viewer{zoe, w.Admin, nil} {
			if err := act(stranger); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by %+v: %v", name, stranger, err)
			}
		}
	}
	if all, err := w.Calendars.Subscriptions(ctx, marc); err != nil || len(all) != 0 {
		t.Errorf("another worker sees %v, %v", all, err)
	}
	if _, err := w.Calendars.Subscriptions(ctx, zoe); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary asks: %v", err)
	}
	if err := w.Calendars.RefreshCalendar(ctx, w.worker, s.ID); !fault.Is(err, fault.Throttled) {
		t.Errorf("asked for again at once: %v", err)
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	must(t, w.Calendars.RefreshCalendar(ctx, w.worker, s.ID))
	add := func(address string) error {
		return w.Calendars.Subscribe(ctx, w.worker, calendar.NewSubscription{Name: "x", Address: address})
	}
	for _, address := range []string{w.out.URL, "ftp://exemple.fr/a", "https://a:b@exemple.fr/", "exemple.fr", "javascript:alert(1)"} {
		if err := add(address); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for i := 1; i < calendar.MaxSubscriptions; i++ {
		must(t, add(fmt.Sprintf("webcal://exemple.fr/%d.ics", i)))
	}
	if err := add("https://exemple.fr/one-more.ics"); !fault.Is(err, fault.Invalid) {
		t.Errorf("one calendar more than the most: %v", err)
	}
	must(t, w.Calendars.Unsubscribe(ctx, w.worker, s.ID))
	must(t, add("https://exemple.fr/one-more.ics"))
}

func TestR41_DueCalendarsAreTakenOnceWhateverTheInstances(t *testing.T) {
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
	if n := w.count(t, `select count(*) from river_job where kind = 'calendar_read'`); n != 1 {
		t.Errorf("%d jobs for one calendar", n)
	}
}

// Our own feed, subscribed back, blocks nothing.
func TestR41_TheFeedSubscribedBackBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	at := bookingtest.Start.Add(48 * time.Hour)
	a := w.Book(t, zoe, w.worker, at, slot.Video)
	token, err := w.Calendars.MakeFeed(t.Context(), w.worker, calendar.ShowsNothing)
	must(t, err)
	text := w.feed(t, token)
	w.out.text.Store(&text)
	w.read(t, w.subscribe(t, w.out.URL))
	_, err = w.Bookings.Cancel(t.Context(), zoe, a.ID, "")
	must(t, err)
	if !w.free(t, at) {
		t.Error("an hour that was cancelled stays closed by the feed's copy of it")
	}
}

func (w *calendarWorld) feed(t *testing.T, token string) string {
	t.Helper()
	file, err := w.Calendars.ReadFeed(t.Context(), token)
	must(t, err)
	return file.ICS(appointment.Links{Base: "https://exemple.fr", Organizer: "Social Direct <rdv@exemple.fr>"})
}

func TestR41_TheFeedNamesNobodyUnlessTheWorkerChooses(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	a := w.Book(t, zoe, w.worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	w.Book(t, zoe, w.worker, bookingtest.Start.Add(52*time.Hour), slot.Phone)
	for shows, want := range map[calendar.Shows]string{calendar.ShowsNothing: "Rendez-vous par vidéo", calendar.ShowsInitials: "Rendez-vous par vidéo\\, Z.V.", calendar.ShowsNames: "Rendez-vous par vidéo\\, Zoé Vidal"} {
		token, err := w.Calendars.MakeFeed(t.Context(), w.worker, shows)
		must(t, err)
		text := w.feed(t, token)
		cal := parsed(t, text)
		if n := len(cal.Events()); n != 2 || cal.Events()[0].Props.Get("SUMMARY").Value != want || !instantOf(t, cal, cal.Events()[0].Props.Get("DTSTART")).Equal(a.StartsAt) {
			t.Errorf("%s: %d events in\n%s", shows, n, text)
		}
		if who := cal.Events()[0].Props.Get("ORGANIZER"); who == nil || who.Value != "mailto:rdv@exemple.fr" {
			t.Errorf("a published event has no organizer, which RFC 5546 (3.2.1) asks for: %v", who)
		}
		if !strings.Contains(text, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT30M\r\n") {
			t.Errorf("how often it is read again is not written as RFC 7986 asks:\n%s", text)
		}
		if told := strings.Contains(text, "Vidal"); told != (shows == calendar.ShowsNames) || strings.Contains(text, "Logement") {
			t.Errorf("%s tells\n%s", shows, text)
		}
	}
}

func TestR41_TheFeedsAddressOpensItAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	ctx := t.Context()
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	a := w.Book(t, zoe, w.worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	first, err := w.Calendars.MakeFeed(ctx, w.worker, calendar.ShowsNothing)
	must(t, err)
	before, err := w.Calendars.ReadFeed(ctx, first)
	must(t, err)
	if again, err := w.Calendars.ReadFeed(ctx, first); err != nil || again.Version != before.Version {
		t.Errorf("nothing has changed, and the version has: %v", err)
	}
	_, err = w.Bookings.Cancel(ctx, zoe, a.ID, "")
	must(t, err)
	after, err := w.Calendars.ReadFeed(ctx, first)
	must(t, err)
	if after.Version == before.Version || len(parsed(t, w.feed(t, first)+"").Events()) != 0 {
		t.Error("a cancelled appointment is still there")
	}
	if n := w.count(t, `select count(*) from agenda_feeds f where f::text like '%`+first+`%'`); n != 0 {
		t.Error("the token is kept")
	}
	second, err := w.Calendars.MakeFeed(ctx, w.worker, calendar.ShowsNothing)
	must(t, err)
	for name, token := range map[string]string{"renewed": first, "empty": "", "guessed": strings.Repeat("A", 43), "a hash": "\x00"} {
		if _, err := w.Calendars.ReadFeed(ctx, token); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, w.Calendars.RevokeFeed(ctx, w.worker))
	if _, err := w.Calendars.ReadFeed(ctx, second); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked: %v", err)
	}
	for _, stranger := range []*viewer.Viewer{zoe, w.Admin, nil} {
		_, err := w.Calendars.MakeFeed(ctx, stranger, calendar.ShowsNothing)
		_, _, asked := w.Calendars.Feed(ctx, stranger)
		if !fault.Is(err, fault.Forbidden) || !fault.Is(asked, fault.Forbidden) || !fault.Is(w.Calendars.RevokeFeed(ctx, stranger), fault.Forbidden) {
			t.Errorf("%+v: %v, %v", stranger, err, asked)
		}
	}
}

func TestR41_TheFeedIsThrottledAndClosesWithItsAccount(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	token, err := w.Calendars.MakeFeed(t.Context(), w.worker, calendar.ShowsNothing)
	must(t, err)
	reads := 0
	for ; reads < 1000; reads++ {
		if _, err = w.Calendars.ReadFeed(t.Context(), token); err != nil {
			break
		}
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != fault.Throttled || f.RetryAfter <= 0 || reads < 10 {
		t.Errorf("after %d readings: %v", reads, err)
	}
	w.SetNow(w.DB.Now().Add(10 * time.Minute))
	_, err = w.Calendars.ReadFeed(t.Context(), token)
	must(t, err)
	_, err = w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, w.worker.ID)
	must(t, err)
	if _, err := w.Calendars.ReadFeed(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("suspended: %v", err)
	}
}

// What a server says of its version is the server's own, and may be anything.
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

// A calendar whose busy times are forgotten while its server says that nothing has
// changed is read again at once.
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
		t.Errorf("hours stay open until %s", s.Next)
	}
	if w.read(t, s); w.free(t, busy) {
		t.Error("the busy hour is offered")
	}
}

// A worker whom nobody can book yet, or for now, is not bookable over what they have
// elsewhere on the day they are.
func TestR41_CalendarsAreReadBeforeTheirWorkerIsOffered(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.Insure(t, w.worker)
	busy := bookingtest.Start.Add(48 * time.Hour)
	w.out.says("DTSTART:" + busy.Format("20060102T150405Z") + "|DURATION:PT1H")
	s := w.subscribe(t, w.out.URL)
	if s = w.read(t, s); s.ReadAt.IsZero() {
		t.Error("the first reading of an uninsured worker's calendar never comes")
	}
	w.Insure(t, w.worker, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(1, 0, 0)))
	if w.free(t, busy) || !w.free(t, busy.Add(time.Hour)) {
		t.Error("insured, the worker is offered when they are busy")
	}
	_, err := w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, w.worker.ID)
	must(t, err)
	asked := w.out.asked.Load()
	must(t, w.Calendars.ReadCalendar(t.Context(), w.client, s.ID))
	if w.out.asked.Load() != asked {
		t.Error("a suspended worker's calendar is read")
	}
}
