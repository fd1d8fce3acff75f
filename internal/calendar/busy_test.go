package calendar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones do not depend on the machine

	"socialdirect/internal/heaptest"
)

// theSpan is December 2026 and January 2027.
var theSpan = Period{From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)}

func parisian(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func readBusyIn(t testing.TB, text string, allDay bool) ([]Period, error) {
	t.Helper()
	busy, err := Read(t.Context(), strings.NewReader(text), Options{Span: theSpan, Zone: parisian(t), AllDay: allDay, Own: "@socialdirect", Least: time.Hour})
	return busy.Periods, err
}

// calendarOf returns a calendar with one event, whose lines are separated by |.
func calendarOf(event string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n" + strings.ReplaceAll(event, "|", "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

func said(periods []Period) string {
	var all []string
	for _, p := range periods {
		all = append(all, p.From.Format("0102T1504")+"-"+p.To.Format("0102T1504"))
	}
	return strings.Join(all, " ")
}

const outlookParis = `BEGIN:VTIMEZONE
TZID:Heure de Vannes
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`

func TestR41_BusyTimesFollowTheEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ event, want string }{
		"an instant":        {"DTSTART:20261202T090000Z|DTEND:20261202T100000Z", "1202T0900-1202T1000"},
		"in Paris":          {"DTSTART;TZID=Europe/Paris:20261202T090000|DTEND;TZID=Europe/Paris:20261202T100000", "1202T0800-1202T0900"},
		"two zones":         {"DTSTART;TZID=Europe/Paris:20261202T090000|DTEND;TZID=America/Guadeloupe:20261202T050000", "1202T0800-1202T0900"},
		"Windows":           {`DTSTART;TZID="Romance Standard Time":20261202T090000|DURATION:PT30M`, "1202T0800-1202T0830"},
		"prefixed":          {"DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20261202T090000|DURATION:PT30M", "1202T0800-1202T0830"},
		"floating":          {"DTSTART:20261202T090000|DURATION:PT1H30M", "1202T0800-1202T0930"},
		"unknown zone":      {"DTSTART;TZID=Nulle part:20261202T090000|DURATION:P1D", "1201T1900-1203T2100"},
		"machine's zone":    {"DTSTART;TZID=Local:20261202T090000|DURATION:PT1H", "1201T1900-1202T2200"},
		"whole day":         {"DTSTART;VALUE=DATE:20261202|DTEND;VALUE=DATE:20261204", "1201T2300-1203T2300"},
		"whole day, no end": {"DTSTART;VALUE=DATE:20261202", "1201T2300-1202T2300"},
		"no length":         {"DTSTART:20261202T090000Z", ""},
		"backwards":         {"DTSTART:20261202T090000Z|DTEND:20261202T080000Z", ""},
		"transparent":       {"DTSTART:20261202T090000Z|DTEND:20261202T100000Z|TRANSP:TRANSPARENT", ""},
		"cancelled":         {"DTSTART:20261202T090000Z|DTEND:20261202T100000Z|STATUS:CANCELLED", ""},
		"tentative":         {"DTSTART:20261202T090000Z|DTEND:20261202T100000Z|STATUS:TENTATIVE", "1202T0900-1202T1000"},
		"free in Outlook":   {"DTSTART:20261202T090000Z|DTEND:20261202T100000Z|X-MICROSOFT-CDO-BUSYSTATUS:FREE", ""},
		"before the span":   {"DTSTART:20200102T090000Z|DTEND:20200102T100000Z", ""},
		"into the span":     {"DTSTART:20261130T230000Z|DTEND:20261201T010000Z", "1201T0000-1201T0100"},
		"endless length":    {"DTSTART:20261202T090000Z|DTEND:99990101T000000Z", "1202T0900-0201T0000"},
		"no date":           {"DTSTART:demain|DTEND:20261202T100000Z", ""},
		"impossible date":   {"DTSTART:20261332T250000Z|DTEND:20261202T100000Z", ""},

		"weekly":         {"DTSTART;TZID=Europe/Paris:20200107T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;UNTIL=20261215T080000Z", "1201T0800-1201T0900 1208T0800-1208T0900 1215T0800-1215T0900"},
		"a day's UNTIL":  {"DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20261202", "1201T0800-1201T0900 1202T0800-1202T0900"},
		"count":          {"DTSTART;TZID=Europe/Paris:20261130T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=3", "1201T0800-1201T0900 1202T0800-1202T0900"},
		"without two":    {"DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=4|EXDATE;TZID=Europe/Paris:20261202T090000,20261203T090000", "1201T0800-1201T0900 1204T0800-1204T0900"},
		"without in UTC": {"DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=2|EXDATE:20261201T080000Z", "1202T0800-1202T0900"},
		"without a day":  {"DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=2|EXDATE;VALUE=DATE:20261201", "1202T0800-1202T0900"},
		"and a date":     {"DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RDATE;TZID=Europe/Paris:20261210T140000", "1201T0800-1201T0900 1210T1300-1210T1400"},
		"and a period":   {"DTSTART:20261201T090000Z|DURATION:PT1H|RDATE;VALUE=PERIOD:20261210T140000Z/PT2H", "1201T0900-1201T1000 1210T1400-1210T1600"},
		"days, yearly":   {"DTSTART;VALUE=DATE:20001225|RRULE:FREQ=YEARLY", "1224T2300-1225T2300"},
		"no rule":        {"DTSTART:20261201T090000Z|DURATION:PT1H|RRULE:FREQ=SOMETIMES", "1201T0900-1201T1000"},
		"hourly":         {"DTSTART:20261201T000000Z|DURATION:PT30M|RRULE:FREQ=HOURLY;INTERVAL=8;COUNT=3", "1201T0000-1201T0030 1201T0800-1201T0830 1201T1600-1201T1630"},
		"never":          {"DTSTART:20201201T000000Z|DURATION:PT30M|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, calendarOf(c.event), true); err != nil || said(got) != c.want {
				t.Errorf("%s: %s (%v), want %s", name, said(got), err, c.want)
			}
		})
	}
}

func TestR41_BusyTimesFollowTheWholeCalendar(t *testing.T) {
	t.Parallel()
	event := func(lines string) string {
		return "BEGIN:VEVENT\n" + strings.ReplaceAll(lines, "|", "\n") + "\nEND:VEVENT\n"
	}
	whole := func(parts ...string) string { return "BEGIN:VCALENDAR\n" + strings.Join(parts, "") + "END:VCALENDAR\n" }
	for name, c := range map[string]struct{ text, want string }{
		"moved occurrence": {whole(
			event("UID:1|RECURRENCE-ID;TZID=Europe/Paris:20261208T090000|DTSTART;TZID=Europe/Paris:20261209T150000|DURATION:PT1H"),
			event("UID:1|DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=3"),
			event("UID:1|RECURRENCE-ID:20261215T080000Z|DTSTART:20261215T080000Z|DURATION:PT1H|STATUS:CANCELLED"),
		), "1201T0800-1201T0900 1209T1400-1209T1500"},
		"own zone":       {whole(outlookParis, event("UID:1|DTSTART;TZID=Heure de Vannes:20261201T090000|DURATION:PT1H"), event("UID:2|DTSTART;TZID=Heure de Vannes:20260601T090000|DURATION:PT1H|RRULE:FREQ=MONTHLY;COUNT=7")), "1201T0800-1201T0900"},
		"zone told late": {whole(event("UID:1|DTSTART;TZID=Heure de Vannes:20261202T090000|DURATION:PT1H"), outlookParis), "1202T0800-1202T0900"},
		"X-WR-TIMEZONE":  {whole("X-WR-TIMEZONE:Pacific/Noumea\n", event("UID:1|DTSTART:20261202T090000|DURATION:PT1H")), "1201T2200-1201T2300"},
		"our own":        {whole(event("UID:6f1c0a52-0a64-4a1c-8a5e-0d1f4b0f6d11@socialdirect|DTSTART:20261202T090000Z|DURATION:PT1H")), ""},
		"free and busy":  {whole("BEGIN:VFREEBUSY\nFREEBUSY:20261202T090000Z/20261202T100000Z,20261203T090000Z/PT2H\nFREEBUSY;FBTYPE=FREE:20261205T090000Z/PT2H\nEND:VFREEBUSY\n"), "1202T0900-1202T1000 1203T0900-1203T1100"},
		"alarm inside":   {whole(event("UID:1|DTSTART:20261202T090000Z|DURATION:PT1H|BEGIN:VALARM|TRIGGER:-PT10M|DURATION:PT5M|END:VALARM")), "1202T0900-1202T1000"},
		"joined":         {whole(event("UID:1|DTSTART:20261202T090000Z|DURATION:PT1H"), event("UID:2|DTSTART:20261202T103000Z|DURATION:PT1H"), event("UID:3|DTSTART:20261202T123000Z|DURATION:PT1H")), "1202T0900-1202T1130 1202T1230-1202T1330"},
		"two calendars":  {whole(event("UID:1|DTSTART:20261202T090000Z|DURATION:PT1H")) + whole(event("UID:1|DTSTART:20261204T090000Z|DURATION:PT1H")), "1202T0900-1202T1000 1204T0900-1204T1000"},
		"folded, BOM":    {"\ufeff" + whole(event("UID:1|DTSTART:2026\n 1202T090000Z|DURA\n TION:PT1H")), "1202T0900-1202T1000"},
		"empty":          {whole(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, c.text, true); err != nil || said(got) != c.want {
				t.Errorf("%s: %s (%v), want %s", name, said(got), err, c.want)
			}
		})
	}
	if got, err := readBusyIn(t, whole(event("UID:1|DTSTART;VALUE=DATE:20261202"), event("UID:2|DTSTART:20261204T090000Z|DURATION:P2D")), false); err != nil || said(got) != "1204T0900-1206T0900" {
		t.Errorf("without whole days: %s (%v)", said(got), err)
	}
}

// Nine o'clock remains nine when the clocks change.
func TestR41_RecurrencesFollowTheWallClock(t *testing.T) {
	t.Parallel()
	for zone, preamble := range map[string]string{"Europe/Paris": "", "Heure de Vannes": outlookParis} {
		t.Run(zone, func(t *testing.T) {
			text := "BEGIN:VCALENDAR\n" + preamble + "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=" + zone + ":20260101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n"
			span := Period{From: time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)}
			got, err := Read(t.Context(), strings.NewReader(text), Options{Span: span, Zone: time.UTC})
			if want := "0327T0800-0327T0900 0328T0800-0328T0900 0329T0700-0329T0800 0330T0700-0330T0800"; err != nil || said(got.Periods) != want {
				t.Errorf("%s: %s (%v)", zone, said(got.Periods), err)
			}
		})
	}
}

func TestR41_InvalidAndHostileCalendarsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":       {"", ErrNotCalendar},
		"a page":        {"<!doctype html><title>Connexion</title>", ErrNotCalendar},
		"cut":           {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026", ErrNotCalendar},
		"an event":      {"BEGIN:VEVENT\nEND:VEVENT\n", ErrNotCalendar},
		"nested":        {strings.Repeat("BEGIN:VCALENDAR\n", 1000), ErrTooComplex},
		"every second":  {calendarOf("DTSTART:19700101T000000Z|DURATION:PT1S|RRULE:FREQ=SECONDLY"), ErrTooComplex},
		"never, hourly": {calendarOf("DTSTART:20260101T040000Z|DURATION:PT1H|RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=5"), ErrTooComplex},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, c.text, true); !errors.Is(err, c.want) {
				t.Errorf("%s: %s, %v", name, said(got), err)
			}
		})
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(stopped, strings.NewReader(calendarOf("DTSTART:20261201T000000Z|DURATION:PT1H|RRULE:FREQ=DAILY")), Options{Span: theSpan, Zone: time.UTC, Least: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// manyEvents generates a calendar while it is read.
type manyEvents struct {
	n, of int
	line  func(i int) string
	rest  string
}

func (m *manyEvents) Read(p []byte) (int, error) {
	for m.rest == "" {
		switch {
		case m.n > m.of+1:
			return 0, io.EOF
		case m.n == 0:
			m.rest = "BEGIN:VCALENDAR\n"
		case m.n == m.of+1:
			m.rest = "END:VCALENDAR\n"
		default:
			m.rest = m.line(m.n)
		}
		m.n++
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func TestR41_AHundredThousandEventsTakeLittleMemory(t *testing.T) {
	const most = 40 << 20
	meter := heaptest.New()
	events := &manyEvents{of: 100_000, line: func(i int) string {
		at := theSpan.From.Add(time.Duration(i) * 7 * time.Minute * 5).Format(clockFormat)
		return fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nSUMMARY:Réunion\nDTSTART;TZID=Europe/Paris:%s\nDURATION:PT5M\nEND:VEVENT\n", i, at)
	}}
	got, err := Read(t.Context(), meter.Reader(events), Options{Span: theSpan, Zone: parisian(t), Least: time.Hour})
	if err != nil || len(got.Periods) != 1 {
		t.Fatalf("%d periods, %v", len(got.Periods), err)
	}
	if held := meter.Growth(); held > most {
		t.Errorf("%d MB are used", held>>20)
	}
}

// A thousand rules without an end, some without any occurrence, cost no more than their
// occurrences up to the horizon.
func TestR41_EndlessRulesAreEvaluatedUpToTheHorizon(t *testing.T) {
	t.Parallel()
	rules := []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=MONTHLY;BYDAY=2TU;BYSETPOS=2", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU"}
	events := &manyEvents{of: 200, line: func(i int) string {
		return fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nDTSTART:20200101T0900%02dZ\nDURATION:PT5M\nRRULE:%s\nEND:VEVENT\n", i, i%60, rules[i%len(rules)])
	}}
	if got, err := Read(t.Context(), events, Options{Span: theSpan, Zone: time.UTC, Least: time.Hour}); err != nil || len(got.Periods) < 60 || len(got.Periods) > 63 {
		t.Errorf("%d periods, %v", len(got.Periods), err)
	}
}

func FuzzR41_AnyCalendarEndsInOrderedPeriodsOrAnError(f *testing.F) {
	f.Add(calendarOf("DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=4|EXDATE;TZID=Europe/Paris:20261202T090000"))
	f.Add("BEGIN:VCALENDAR\n" + outlookParis + "BEGIN:VEVENT\nDTSTART;TZID=Heure de Vannes:20261201T090000\nDTEND;VALUE=DATE:20261202\nRDATE;VALUE=PERIOD:20261210T140000Z/PT2H\nEND:VEVENT\nEND:VCALENDAR")
	f.Add(calendarOf("DTSTART;VALUE=DATE:20261202|RRULE:FREQ=YEARLY;UNTIL=20301231T000000|RECURRENCE-ID:1"))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readBusyIn(t, text, true)
		for i, p := range got {
			if err != nil || !p.From.Before(p.To) || p.From.Before(theSpan.From) || p.To.After(theSpan.To) || i > 0 && p.From.Sub(got[i-1].To) < time.Hour {
				t.Errorf("%s (%v)", said(got), err)
			}
		}
	})
}
