package calendar_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/internal/fetch"
	"socialdirect/internal/viewer"

	parser "github.com/emersion/go-ical"
)

var must = bookingtest.Must

// parsed parses a calendar file with another library than the one that writes it.
func parsed(t *testing.T, file string) *parser.Calendar {
	t.Helper()
	for line := range strings.SplitSeq(file, "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			t.Errorf("a line is not folded or not ended as RFC 5545 requires: %q", line)
		}
	}
	cal, err := parser.NewDecoder(strings.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, file)
	}
	return cal
}

// change is a clock change of a VTIMEZONE, with the new offset.
type change struct {
	at time.Time
	to time.Duration
}

// changesOf expands a VTIMEZONE.
func changesOf(t *testing.T, timezone *parser.Component) (all []change) {
	t.Helper()
	for _, o := range timezone.Children {
		from, to := offsetOf(t, o, "TZOFFSETFROM"), offsetOf(t, o, "TZOFFSETTO")
		start, err := o.Props.DateTime("DTSTART", time.UTC)
		must(t, err)
		starts := []time.Time{start}
		set, err := o.RecurrenceSet(time.UTC)
		must(t, err)
		if set != nil {
			starts = set.Between(start, start.AddDate(15, 0, 0), true)
		}
		for _, at := range starts {
			all = append(all, change{at.Add(-from), to})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return a.at.Compare(b.at) })
	return all
}

func offsetOf(t *testing.T, o *parser.Component, name string) time.Duration {
	t.Helper()
	sign, digits := o.Props.Get(name).Value[:1], o.Props.Get(name).Value[1:]
	d, err := time.ParseDuration(digits[:2] + "h" + digits[2:] + "m")
	must(t, err)
	if sign == "-" {
		return -d
	}
	return d
}

// instantOf computes a property's instant from the VTIMEZONE of the file.
func instantOf(t *testing.T, cal *parser.Calendar, property *parser.Prop) time.Time {
	t.Helper()
	if strings.HasSuffix(property.Value, "Z") {
		at, err := time.Parse("20060102T150405Z", property.Value)
		must(t, err)
		return at
	}
	clock, err := time.Parse("20060102T150405", property.Value)
	must(t, err)
	for _, c := range cal.Children {
		if c.Name != "VTIMEZONE" || c.Props.Get("TZID").Value != property.Params.Get("TZID") {
			continue
		}
		changes := changesOf(t, c)
		for i, one := range changes {
			at := clock.Add(-one.to)
			if !at.Before(one.at) && (i+1 == len(changes) || at.Before(changes[i+1].at)) {
				return at
			}
		}
	}
	t.Fatalf("no VTIMEZONE covers %s", property.Value)
	return time.Time{}
}

// outside is an external calendar server with content that the test sets.
type outside struct {
	*httptest.Server
	text   atomic.Pointer[string]
	status atomic.Int64
	asked  atomic.Int64
	full   atomic.Int64 // counts answers with a body
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

// calendarWorld is a world with a worker who has an external calendar.
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

// available reports whether the worker can be booked at an instant.
func (w *calendarWorld) available(t *testing.T, at time.Time) bool {
	t.Helper()
	slots, err := w.Agendas.AvailableSlots(t.Context(), w.worker.ID, slot.Period{From: at, To: at.Add(time.Second)})
	must(t, err)
	return len(slots) == 1
}

func (w *calendarWorld) feed(t *testing.T, token string) string {
	t.Helper()
	file, err := w.Calendars.ReadFeed(t.Context(), token)
	must(t, err)
	return file.ICS(appointment.Links{Base: "https://exemple.fr", Organizer: "Social Direct <rdv@exemple.fr>"})
}
