package calendar

import (
	"strings"
	"testing"
	"time"
)

// Common output of calendar programs that the standard does not cover clearly.
func TestR41_CalendarsOfCommonProgramsAreRead(t *testing.T) {
	t.Parallel()
	const paris, clock = "DTSTART;TZID=Europe/Paris:20261202T090000|DURATION:PT1H|", "1202T0800-1202T0900"
	const twice = clock + " 1203T0800-1203T0900"
	for name, c := range map[string]struct{ event, want string }{
		"a day that ends on itself": {"DTSTART;VALUE=DATE:20261202|DTEND;VALUE=DATE:20261202", "1201T2300-1202T2300"},
		"a day that ends before":    {"DTSTART;VALUE=DATE:20261202|DTEND;VALUE=DATE:20261201", ""},
		"a day that lasts nothing":  {"DTSTART;VALUE=DATE:20261202|DURATION:P0D", "1201T2300-1202T2300"},
		"working elsewhere":         {paris + "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", ""},
		"out of office":             {paris + "X-MICROSOFT-CDO-BUSYSTATUS:OOF", clock},

		"an empty part":       {paris + "RRULE:FREQ=DAILY;COUNT=2;", twice},
		"small letters":       {paris + "RRULE:freq=daily;until=20261203t080000z", twice},
		"spaces":              {paris + "RRULE:FREQ=WEEKLY; COUNT=2; BYDAY=WE, TH", twice},
		"a scale of years":    {paris + "RRULE:RSCALE=GREGORIAN;FREQ=DAILY;COUNT=2;SKIP=OMIT", twice},
		"another scale":       {paris + "RRULE:RSCALE=CHINESE;FREQ=DAILY;COUNT=2", clock},
		"a part of one's own": {paris + "RRULE:FREQ=DAILY;COUNT=2;X-ENDS=NEVER", twice},

		"exception without a zone": {"DTSTART;TZID=America/New_York:20261202T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=2|EXDATE:20261202T090000", "1203T1400-1203T1500"},
		"exception elsewhere":      {paris + "RRULE:FREQ=DAILY;COUNT=2|EXDATE;TZID=America/New_York:20261202T030000", "1203T0800-1203T0900"},
		"addition elsewhere":       {paris + "RDATE;TZID=America/New_York:20261203T090000", clock + " 1203T1400-1203T1500"},
		"addition without a zone":  {"DTSTART;TZID=America/New_York:20261202T090000|DURATION:PT1H|RDATE:20261203T090000", "1202T1400-1202T1500 1203T1400-1203T1500"},
		"additional days":          {"DTSTART;VALUE=DATE:20261202|RDATE;VALUE=DATE:20261204", "1201T2300-1202T2300 1203T2300-1204T2300"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, calendarOf(c.event), true); err != nil || said(got) != c.want {
				t.Errorf("%s: %s (%v), want %s", name, said(got), err, c.want)
			}
		})
	}
	for name, event := range map[string]string{
		"Outlook": "DTSTART;TZID=Romance Standard Time:20261202T000000|DTEND;TZID=Romance Standard Time:20261203T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
		"a date":  "DTSTART;VALUE=DATE:20261202|DTEND;VALUE=DATE:20261202",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, calendarOf(event), false); err != nil || len(got) != 0 {
				t.Errorf("a whole day, by %s, counts: %s (%v)", name, said(got), err)
			}
		})
	}
}

// series returns a calendar of a weekly event and of others, their lines separated by |, that
// replace some of its occurrences.
func series(others ...string) string {
	master := "DTSTART;TZID=Europe/Paris:20261201T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=4"
	var all []string
	for _, event := range append(others, master) {
		all = append(all, "BEGIN:VEVENT\nUID:1\n"+strings.ReplaceAll(event, "|", "\n")+"\nEND:VEVENT\n")
	}
	return wholeOf(all...)
}

func TestR41_ChangedOccurrencesReplaceTheOriginals(t *testing.T) {
	t.Parallel()
	const first, last = "1201T0800-1201T0900", "1222T0800-1222T0900"
	for name, c := range map[string]struct{ text, want string }{
		"none":                    {series(), first + " 1208T0800-1208T0900 1215T0800-1215T0900 " + last},
		"named without a zone":    {series("RECURRENCE-ID:20261208T090000|DTSTART:20261209T120000Z|DURATION:PT1H"), first + " 1209T1200-1209T1300 1215T0800-1215T0900 " + last},
		"named by its day":        {series("RECURRENCE-ID;VALUE=DATE:20261208|DTSTART:20261209T120000Z|DURATION:PT1H"), first + " 1209T1200-1209T1300 1215T0800-1215T0900 " + last},
		"cancelled without times": {series("RECURRENCE-ID:20261208T080000Z|STATUS:CANCELLED"), first + " 1215T0800-1215T0900 " + last},
		"moved, with all after":   {series("RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T080000Z|DTSTART;TZID=Europe/Paris:20261209T140000|DURATION:PT2H"), first + " 1209T1300-1209T1500 1216T1300-1216T1500 1223T1300-1223T1500"},
		"moved twice": {series(
			"RECURRENCE-ID;RANGE=THISANDFUTURE:20261215T080000Z|DTSTART:20261215T080000Z|DURATION:PT2H",
			"RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T080000Z|DTSTART:20261208T060000Z|DURATION:PT1H",
		), first + " 1208T0600-1208T0700 1215T0800-1215T1000 1222T0800-1222T1000"},
		"moved, but for one":     {series("RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T080000Z|DTSTART:20261208T060000Z|DURATION:PT1H", "RECURRENCE-ID:20261215T080000Z|STATUS:CANCELLED|DTSTART:20261215T080000Z"), first + " 1208T0600-1208T0700 1222T0600-1222T0700"},
		"cancelled from then on": {series("RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T080000Z|STATUS:CANCELLED"), first},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readBusyIn(t, c.text, true); err != nil || said(got) != c.want {
				t.Errorf("%s: %s (%v), want %s", name, said(got), err, c.want)
			}
		})
	}
}

// A date is a day in the worker's own zone, whatever zone the calendar shows times in.
func TestR41_DatesAreInTheWorkersZone(t *testing.T) {
	t.Parallel()
	noumea, err := time.LoadLocation("Pacific/Noumea")
	if err != nil {
		t.Fatal(err)
	}
	text := wholeOf("X-WR-TIMEZONE:UTC\n", "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261202\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20261203\nEND:VEVENT\n")
	got, err := Read(t.Context(), strings.NewReader(text), Options{Span: theSpan, Zone: noumea, AllDay: true})
	if want := "1201T1300-1202T1300 1203T1300-1204T1300"; err != nil || said(got.Periods) != want {
		t.Errorf("%s (%v), want %s", said(got.Periods), err, want)
	}
}

// Google keeps events that their owner has declined; events that others declined take place.
func TestR41_DeclinedEventsAreFree(t *testing.T) {
	t.Parallel()
	for attendee, want := range map[string]string{
		"ATTENDEE;CN=Nadia;PARTSTAT=DECLINED:mailto:Nadia@exemple.fr":           "",
		"ATTENDEE;CN=Nadia;PARTSTAT=ACCEPTED:mailto:nadia@exemple.fr":           "1202T0900-1202T1000",
		"ATTENDEE;CN=\"a:b;c\";PARTSTAT=DECLINED;X-N=0:mailto:zoe@exemple.fr":   "1202T0900-1202T1000",
		"ATTENDEE;CN=\"a:b;c\";PARTSTAT=DECLINED;X-N=0:MAILTO:nadia@exemple.fr": "",
	} {
		t.Run(attendee, func(t *testing.T) {
			text := wholeOf("X-WR-CALNAME:nadia@exemple.fr\n", "BEGIN:VEVENT\nDTSTART:20261202T090000Z\nDURATION:PT1H\n"+attendee+"\nEND:VEVENT\n")
			if got, err := readBusyIn(t, text, true); err != nil || said(got) != want {
				t.Errorf("%s: %s (%v), want %q", attendee, said(got), err, want)
			}
		})
	}
}
