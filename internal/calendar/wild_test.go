package calendar

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// described is a time zone five and a half hours east of UTC, as Google names it.
func described(name string) string {
	return "BEGIN:VTIMEZONE\nTZID:" + name + "\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\n"
}

const notesZone = `BEGIN:VTIMEZONE
TZID:Zone de Bruxelles
BEGIN:STANDARD
DTSTART:19501029T020000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19500326T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`

// listedZone lists the days on which its clocks change, without a rule.
const listedZone = `BEGIN:VTIMEZONE
TZID:Jours comptés
BEGIN:STANDARD
DTSTART:20251026T030000
RDATE:20261025T030000,20271031T030000
TZOFFSETFROM:+020000
TZOFFSETTO:+010000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250330T020000
RDATE:20260329T020000
RDATE:20270328T020000
TZOFFSETFROM:+010000
TZOFFSETTO:+020000
END:DAYLIGHT
END:VTIMEZONE
`

func oneEvent(lines string) string {
	return "BEGIN:VEVENT\nUID:1\n" + strings.ReplaceAll(lines, "|", "\n") + "\nEND:VEVENT\n"
}

// readYear reads a calendar for a year and a half, for an owner in a zone.
func readYear(t testing.TB, text, zone string) Busy {
	t.Helper()
	at, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	busy, err := Read(t.Context(), strings.NewReader(text), Options{
		Span: Period{From: theSpan.From, To: theSpan.From.AddDate(1, 6, 0)}, Zone: at, AllDay: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return busy
}

func TestR41_TimeZonesAreReadAsProgramsWriteThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zones, event, want string }{
		"a rule with the hour, in summer": {notesZone, "DTSTART;TZID=Zone de Bruxelles:20270602T090000|DURATION:PT1H", "0602T0700-0602T0800"},
		"a rule with the hour, in winter": {notesZone, "DTSTART;TZID=Zone de Bruxelles:20261202T090000|DURATION:PT1H", "1202T0800-1202T0900"},
		"its last winter day":             {notesZone, "DTSTART;TZID=Zone de Bruxelles:20270327T090000|DURATION:PT1H", "0327T0800-0327T0900"},
		"its first summer day":            {notesZone, "DTSTART;TZID=Zone de Bruxelles:20270328T090000|DURATION:PT1H", "0328T0700-0328T0800"},
		"listed days, in summer":          {listedZone, "DTSTART;TZID=Jours comptés:20270602T090000|DURATION:PT1H", "0602T0700-0602T0800"},
		"listed days, in winter":          {listedZone, "DTSTART;TZID=Jours comptés:20271202T090000|DURATION:PT1H", "1202T0800-1202T0900"},
		"a colon without quotes":          {described("GMT+05:30"), "DTSTART;TZID=GMT+05:30:20261202T133000|DTEND;TZID=GMT+05:30:20261202T143000", "1202T0800-1202T0900"},
		"a comma without quotes":          {described("(UTC+05:30) Chennai, Kolkata"), "DTSTART;TZID=(UTC+05:30) Chennai, Kolkata:20261202T133000|DURATION:PT1H", "1202T0800-1202T0900"},
		"a semicolon without quotes":      {described("Inde; ici"), "DTSTART;TZID=Inde; ici:20261202T133000|DURATION:PT1H", "1202T0800-1202T0900"},
		"a quote that is not closed":      {described("Inde"), `DTSTART;X-A="b;TZID=Inde:20261202T080000Z|DURATION:PT1H`, "1202T0800-1202T0900"},
		"an ISO time":                     {"", "DTSTART:2026-12-02T08:00:00Z|DTEND:2026-12-02T09:00:00Z", "1202T0800-1202T0900"},
		"an ISO time with its offset":     {"", "DTSTART:2026-12-02T09:00:00+01:00|DURATION:PT1H", "1202T0800-1202T0900"},
		"a zone of the calendar":          {"X-WR-TIMEZONE:india standard time\n", "DTSTART:20261202T133000|DURATION:PT1H", "1202T0800-1202T0900"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := readYear(t, wholeOf(c.zones, oneEvent(c.event)), "Indian/Reunion"); said(got.Periods) != c.want || len(got.UnknownZones) > 0 {
				t.Errorf("%s (%q unknown), want %s", said(got.Periods), got.UnknownZones, c.want)
			}
		})
	}
}

func TestR41_ZonesThatNobodyDescribesAreKnownByTheirNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Pacific Standard Time": "1202T1700", "PACIFIC STANDARD TIME": "1202T1700", "Pacific Daylight Time": "1202T1700", "India Standard Time": "1202T0330",
		"Eastern Standard Time 1": "1202T1400", "GMT-0500": "1202T1400", "GMT+05:30": "1202T0330", "UTC+2": "1202T0700", "+0100": "1202T0800",
		"america/new_york": "1202T1400", "AMERICA/NEW_YORK": "1202T1400", "america/port-au-prince": "1202T1400", "tzone://Microsoft/Utc": "1202T0900", "utc": "1202T0900",
		"/citadel.org/20260101_1/America/New_York": "1202T1400", "/example.org/america/new_york": "1202T1400", "Romance Standard Time": "1202T0800",
		"Etc/GMT+5": "1202T1400", "Europe/Paris": "1202T0800", "SA Eastern Standard Time": "1202T1200", "UTC-11": "1202T2000",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := readYear(t, wholeOf(oneEvent("DTSTART;TZID="+name+":20261202T090000|DURATION:PT1H")), "Indian/Reunion")
			if len(got.Periods) != 1 || got.Periods[0].From.Format("0102T1504") != want || len(got.UnknownZones) > 0 {
				t.Errorf("%s (%q unknown), want %s", said(got.Periods), got.UnknownZones, want)
			}
		})
	}
}

// In a zone that is not understood, an event is busy whenever it may take place, until the
// owner says which zone it is.
func TestR41_AnUnknownZoneIsBusyUntilItsOwnerChooses(t *testing.T) {
	t.Parallel()
	guadeloupe, err := time.LoadLocation("America/Guadeloupe")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.ReplaceAll(described("Ici"), "+0530", "environ 5")
	for _, zone := range []string{"Nulle part", "Local", "Ici", "tzone://Microsoft/Custom", "(UTC-05:00) Eastern Time"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			text := wholeOf(broken, oneEvent("DTSTART;TZID="+zone+":20261202T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=2|EXDATE;TZID="+zone+":20261209T090000"))
			got := readYear(t, text, "Indian/Reunion")
			if said(got.Periods) != "1201T1900-1202T2200" || !slices.Equal(got.UnknownZones, []string{zone}) || len(got.WholeDays) != 1 || got.WholeDays[0].Format(time.DateOnly) != "2026-12-02" || got.LeftOut != 0 {
				t.Errorf("%s, %+v", said(got.Periods), got)
			}
			chosen, err := Read(t.Context(), strings.NewReader(text), Options{Span: theSpan, Zone: time.UTC, Assumed: guadeloupe})
			if err != nil || said(chosen.Periods) != "1202T1300-1202T1400" || !slices.Equal(chosen.UnknownZones, []string{zone}) || len(chosen.WholeDays) != 0 {
				t.Errorf("chosen: %s, %+v, %v", said(chosen.Periods), chosen, err)
			}
		})
	}
}

func TestR41_RulesAreFollowedAsFarAsTheyAreUnderstood(t *testing.T) {
	t.Parallel()
	const tuesdays = "1201T0900-1201T1000 1208T0900-1208T1000 1215T0900-1215T1000 1222T0900-1222T1000 1229T0900-1229T1000 0105T0900-0105T1000 0112T0900-0112T1000 0119T0900-0119T1000 0126T0900-0126T1000"
	for name, c := range map[string]struct{ rules, want string }{
		"several rules":            {"RRULE:FREQ=WEEKLY;COUNT=2|RRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=1", "1201T0900-1201T1000 1208T0900-1208T1000 1214T0900-1214T1000"},
		"one of several is broken": {"RRULE:FREQ=WEEKLY;COUNT=2|RRULE:TOUS LES JOURS", "1201T0900-1201T1000 1208T0900-1208T1000"},
		"an UNTIL that is none":    {"RRULE:FREQ=WEEKLY;UNTIL=INVALID DATE;BYDAY=TU", tuesdays},
		"a misspelt part":          {"RRULE:FREQ=WEEKLY;UNTL=20261230;BYDAY=TU", tuesdays},
		"an empty UNTIL":           {"RRULE:FREQ=WEEKLY;UNTIL=;BYDAY=TU", tuesdays},
		"an empty day":             {"RRULE:FREQ=WEEKLY;BYDAY=TU,", tuesdays},
		"a day that is none":       {"RRULE:FREQ=WEEKLY;BYDAY=TU,XX", tuesdays},
		"the nth day of a week":    {"RRULE:FREQ=WEEKLY;BYDAY=1TU", tuesdays},
		"a count that is none":     {"RRULE:FREQ=WEEKLY;COUNT=beaucoup", tuesdays},
		"an interval of none":      {"RRULE:FREQ=WEEKLY;INTERVAL=0", tuesdays},
		"a month that is none":     {"RRULE:FREQ=WEEKLY;BYMONTH=0,1,12,13", tuesdays},
		"the same part twice":      {"RRULE:FREQ=WEEKLY;BYDAY=TU;BYDAY=TU", tuesdays},
		"an UNTIL with a zone":     {"RRULE:FREQ=WEEKLY;UNTIL=20261208T100000+0100", "1201T0900-1201T1000 1208T0900-1208T1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := readBusyIn(t, calendarOf("DTSTART:20261201T090000Z|DURATION:PT1H|"+c.rules), true); err != nil || said(got) != c.want {
				t.Errorf("%s (%v), want %s", said(got), err, c.want)
			}
		})
	}
}

func TestR41_AnOverrideThatCarriesTheRuleOfItsSeriesReplacesOneOccurrence(t *testing.T) {
	t.Parallel()
	weekly := "RRULE:FREQ=WEEKLY;COUNT=3"
	for _, rule := range []string{weekly, "RRULE:FREQ=WEEKLY", "RDATE:20261220T090000Z"} {
		text := wholeOf(
			oneEvent("DTSTART:20261201T100000Z|DURATION:PT1H|"+weekly),
			oneEvent("RECURRENCE-ID:20261208T100000Z|DTSTART:20261208T130000Z|DURATION:PT1H|"+rule),
		)
		if got, err := readBusyIn(t, text, true); err != nil || said(got) != "1201T1000-1201T1100 1208T1300-1208T1400 1215T1000-1215T1100" {
			t.Errorf("%s: %s (%v)", rule, said(got), err)
		}
	}
}

func TestR41_DatesAndTimesAreMixed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ event, want string }{
		"a time until a date":         {"DTSTART:20261201T100000Z|DTEND;VALUE=DATE:20261203", "1201T1000-1203T0000"},
		"a time until its own date":   {"DTSTART:20261201T100000Z|DTEND;VALUE=DATE:20261201", "1201T1000-1202T0000"},
		"a time in a zone, to a date": {"DTSTART;TZID=Europe/Paris:20261201T100000|DTEND;VALUE=DATE:20261202", "1201T0900-1201T2300"},
		"a date until a time":         {"DTSTART;VALUE=DATE:20261201|DTEND;TZID=Indian/Reunion:20261201T120000", "1130T2000-1201T0800"},
		"to midnight":                 {"DTSTART:20261201T100000Z|DTEND:20261201T240000Z", "1201T1000-1202T0000"},
		"without seconds":             {"DTSTART:20261201T1000Z|DTEND:20261201T1100Z", "1201T1000-1201T1100"},
		"a date that has a time":      {"DTSTART;VALUE=DATE:20261202T000000|DTEND;VALUE=DATE:20261203T000000", "1201T2000-1202T2000"},
		"an end that is none":         {"DTSTART:20261201T100000Z|DTEND:bientôt", "1201T1000-1202T1000"},
		"a length that is none":       {"DTSTART:20261201T100000Z|DURATION:longtemps", "1201T1000-1202T1000"},

		"a day excepted by a time elsewhere": {"DTSTART;VALUE=DATE:20261202|RRULE:FREQ=DAILY;COUNT=3|EXDATE;TZID=W. Europe Standard Time:20261203T000000", "1201T2000-1202T2000 1203T2000-1204T2000"},
		"a day excepted by an instant":       {"DTSTART;VALUE=DATE:20261202|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20261202T200000Z", "1201T2000-1202T2000 1203T2000-1204T2000"},
		"a day excepted by midnight UTC":     {"DTSTART;VALUE=DATE:20261202|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20261203T000000Z", "1201T2000-1202T2000 1203T2000-1204T2000"},
		"a time excepted by a date":          {"DTSTART:20261202T090000Z|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=3|EXDATE;VALUE=DATE:20261203", "1202T0900-1202T1000 1204T0900-1204T1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := wholeOf(oneEvent(c.event))
			span := Period{From: theSpan.From.AddDate(0, 0, -2), To: theSpan.To}
			at, err := time.LoadLocation("Indian/Reunion")
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(t.Context(), strings.NewReader(text), Options{Span: span, Zone: at, AllDay: true})
			if err != nil || said(got.Periods) != c.want {
				t.Errorf("%s (%v), want %s", said(got.Periods), err, c.want)
			}
		})
	}
}

// One bad line takes nothing else away, and never makes a cut-off calendar a whole one.
func TestR41_ABadLineLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	const sound = "BEGIN:VEVENT\nUID:2\nDTSTART:20261202T090000Z\nDURATION:PT1H\nEND:VEVENT\n"
	for name, bad := range map[string]string{
		"a raw end in a description":  oneEvent("DTSTART:20261101T090000Z|DURATION:PT1H|DESCRIPTION:Debut|End: 10 h"),
		"a raw beginning":             oneEvent("DTSTART:20261101T090000Z|DURATION:PT1H|DESCRIPTION:Ordre|Begin: 9 h"),
		"a component without its end": oneEvent("DTSTART:20261101T090000Z|DURATION:PT1H|BEGIN:VALARM|TRIGGER:-PT10M"),
		"an end too many":             "END:VALARM\n",
		"an event without its end":    "BEGIN:VEVENT\nDTSTART:20261101T090000Z\nDURATION:PT1H\n",
		"lines that say nothing":      "\n:\n;\n=\n\"\nDTSTART\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := readBusyIn(t, wholeOf(bad, sound), true); err != nil || said(got) != "1202T0900-1202T1000" {
				t.Errorf("before: %s (%v)", said(got), err)
			}
			if got, err := readBusyIn(t, wholeOf(sound, bad), true); err != nil || said(got) != "1202T0900-1202T1000" {
				t.Errorf("after: %s (%v)", said(got), err)
			}
		})
	}
	open := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261202T090000Z\nDURATION:PT1H\n"
	if got, err := readBusyIn(t, open+"END:VCALENDAR\n", true); err != nil || said(got) != "1202T0900-1202T1000" {
		t.Errorf("an event that the calendar's end closes: %s (%v)", said(got), err)
	}
	for _, cut := range []string{open, open + "END:VEVENT\n", open + "End: VCALENDAR\n"} {
		if _, err := readBusyIn(t, cut, true); !errors.Is(err, ErrNotCalendar) {
			t.Errorf("%q: %v", cut, err)
		}
	}
}

func TestR41_WhatIsNotUnderstoodIsReportedByItsDay(t *testing.T) {
	t.Parallel()
	text := wholeOf(
		oneEvent("DTSTART:demain|DURATION:PT1H"),
		oneEvent("DTSTART:20261205T090000Z|DTEND:20261204T090000Z"),
		oneEvent("DTSTART:20261203T090000Z|DURATION:PT1H|RRULE:FREQ=PARFOIS"),
		oneEvent("DTSTART:20261203T140000Z|DURATION:PT1H|RRULE:FREQ=PARFOIS"),
		oneEvent("DTSTART:20261207T090000Z|DTEND:plus tard"),
		oneEvent("DTSTART:20201207T090000Z|DTEND:plus tard"),
		oneEvent("DTSTART:20261209T090000Z|DURATION:P0D"),
		oneEvent("DTSTART:20261210T090000Z|DTEND:plus tard|TRANSP:TRANSPARENT"),
	)
	got, err := Read(t.Context(), strings.NewReader(text), Options{Span: theSpan, Zone: time.UTC, AllDay: true})
	days := func(all []time.Time) (named []string) {
		for _, day := range all {
			named = append(named, day.Format("0102"))
		}
		return named
	}
	if err != nil || got.LeftOut != 4 || !slices.Equal(days(got.LeftOutDays), []string{"1203", "1205"}) || !slices.Equal(days(got.WholeDays), []string{"1207"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if said(got.Periods) != "1203T0900-1203T1000 1203T1400-1203T1500 1207T0900-1208T0900" {
		t.Error(said(got.Periods))
	}
}

// A slow, obvious model of a rule: each day is asked whether the event takes place on it.
type modelRule struct {
	freq     string
	interval int
	days     []time.Weekday
	count    int
	excepted []int // days after the start
}

func (m modelRule) text() string {
	text := "FREQ=" + m.freq + ";INTERVAL=" + string(rune('0'+m.interval))
	for i, day := range m.days {
		text += map[bool]string{true: ";BYDAY=", false: ","}[i == 0] + strings.ToUpper(day.String()[:2])
	}
	if m.count > 0 {
		text += ";COUNT=" + string(rune('0'+m.count))
	}
	return text
}

func (m modelRule) on(start, day time.Time) bool {
	since := int(day.Sub(start).Hours() / 24)
	monday := func(at time.Time) time.Time { return at.AddDate(0, 0, -(int(at.Weekday())+6)%7) }
	right := len(m.days) == 0 || slices.Contains(m.days, day.Weekday())
	switch m.freq {
	case "DAILY":
		return right && since%m.interval == 0
	case "WEEKLY":
		return int(monday(day).Sub(monday(start)).Hours()/168)%m.interval == 0 && (right && len(m.days) > 0 || len(m.days) == 0 && day.Weekday() == start.Weekday())
	}
	months := 12*(day.Year()-start.Year()) + int(day.Month()) - int(start.Month())
	return months%m.interval == 0 && (right && len(m.days) > 0 || len(m.days) == 0 && day.Day() == start.Day())
}

func TestR41_RulesMatchTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := modelRule{
			freq: rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY"}).Draw(t, "freq"), interval: rapid.IntRange(1, 4).Draw(t, "interval"),
			count: rapid.IntRange(0, 9).Draw(t, "count"), excepted: rapid.SliceOfNDistinct(rapid.IntRange(0, 20), 0, 4, rapid.ID).Draw(t, "excepted"),
		}
		for _, day := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 3, rapid.ID).Draw(t, "days") {
			m.days = append(m.days, time.Weekday(day))
		}
		start := theSpan.From.AddDate(0, 0, rapid.IntRange(-40, 40).Draw(t, "start"))
		if !m.on(start, start) {
			m.count = 0 // whether a start that the rule does not match is counted is not defined (3.8.5.3)
		}
		lines := "DTSTART;TZID=Europe/Paris:" + start.Format("20060102") + "T093000|DURATION:PT45M|RRULE:" + m.text()
		for _, after := range m.excepted {
			lines += "|EXDATE;TZID=Europe/Paris:" + start.AddDate(0, 0, after).Format("20060102") + "T093000"
		}
		var want []string
		seen := 0
		for day := start; day.Before(theSpan.To) && (m.count == 0 || seen < m.count); day = day.AddDate(0, 0, 1) {
			if !m.on(start, day) && !day.Equal(start) {
				continue
			}
			seen++
			at := day.Add(8*time.Hour + 30*time.Minute) // 9:30 in Paris in winter
			if !slices.Contains(m.excepted, int(day.Sub(start).Hours()/24)) && !at.Before(theSpan.From) {
				want = append(want, at.Format("0102T1504"))
			}
		}
		busy, err := Read(t.Context(), strings.NewReader(wholeOf(oneEvent(lines))), Options{Span: theSpan, Zone: time.UTC})
		var got []string
		for _, p := range busy.Periods {
			got = append(got, p.From.Format("0102T1504"))
		}
		if err != nil || !slices.Equal(got, want) || busy.LeftOut > 0 {
			t.Errorf("%s\n%v, want\n%v (%v)", lines, got, want, err)
		}
	})
}
