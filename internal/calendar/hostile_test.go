package calendar

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"socialdirect/internal/heaptest"
)

// wholeOf returns a calendar of these parts.
func wholeOf(parts ...string) string {
	return "BEGIN:VCALENDAR\n" + strings.Join(parts, "") + "END:VCALENDAR\n"
}

// zoneBy returns a time zone whose clocks change by that rule, with so many parts.
func zoneBy(rule string, parts int) string {
	part := "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:" + rule + "\nEND:STANDARD\n"
	return "BEGIN:VTIMEZONE\nTZID:Ici\n" + strings.Repeat(part, parts) + "END:VTIMEZONE\n"
}

// Rules for which the library does not return, or panics.
func TestR41_NoRuleCrashesTheReader(t *testing.T) {
	t.Parallel()
	const once = "1202T0900-1202T1000"
	for rule, want := range map[string]string{
		"FREQ=YEARLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=MONTHLY;INTERVAL=9223372036854775807":                       once,
		"FREQ=WEEKLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=DAILY;INTERVAL=9223372036854775807":                         once,
		"FREQ=HOURLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=SECONDLY;INTERVAL=9223372036854775807":                      once,
		"FREQ=DAILY;INTERVAL=-9223372036854775807;COUNT=2":                once + " 1203T0900-1203T1000",
		"FREQ=DAILY;INTERVAL=0;COUNT=2":                                   once + " 1203T0900-1203T1000",
		"FREQ=MONTHLY;BYDAY=-9SU":                                         once + " 0102T0900-0102T1000",
		"FREQ=MONTHLY;BYDAY=47FR":                                         once + " 0102T0900-0102T1000",
		"FREQ=YEARLY;BYMONTH=1;BYDAY=-8SA":                                once + " 0102T0900-0102T1000",
		"FREQ=YEARLY;BYMONTH=12;BYDAY=53WE":                               once,
		"FREQ=YEARLY;BYEASTER=9999":                                       once,
		"FREQ=MONTHLY;BYDAY=-5WE,5WE":                                     once + " 1230T0900-1230T1000",
		"FREQ=YEARLY;BYDAY=53WE,-53WE":                                    once,
		"FREQ=DAILY;COUNT=2000000000;UNTIL=20261203T090000Z":              once + " 1203T0900-1203T1000",
		"FREQ=DAILY;BYSETPOS=366;BYHOUR=9;BYMINUTE=0;BYSECOND=0;COUNT=10": once,
	} {
		t.Run(rule, func(t *testing.T) {
			if got, err := readBusyIn(t, calendarOf("DTSTART:20261202T090000Z|DURATION:PT1H|RRULE:"+rule), true); err != nil || said(got) != want {
				t.Errorf("%s: %s (%v), want %s", rule, said(got), err, want)
			}
			began := time.Now()
			if _, err := readBusyIn(t, wholeOf(zoneBy(rule, 1), "BEGIN:VEVENT\nDTSTART;TZID=Ici:20261202T090000\nDURATION:PT1H\nEND:VEVENT\n"), true); err != nil || time.Since(began) > 10*time.Second {
				t.Errorf("%s, of a time zone: %v, in %s", rule, err, time.Since(began))
			}
		})
	}
}

// FuzzR41_AnyRuleEndsInPeriodsOrAnError tests rules of events and of time zones.
func FuzzR41_AnyRuleEndsInPeriodsOrAnError(f *testing.F) {
	f.Add("20200101T090000", "FREQ=MONTHLY;BYMONTHDAY=-9,20;BYDAY=-5WE,5SU;BYHOUR=7;COUNT=22;WKST=SU")
	f.Add("16000229T235959", "FREQ=YEARLY;INTERVAL=205;BYSETPOS=281,-264;BYYEARDAY=-366,1;BYWEEKNO=-53,53")
	f.Fuzz(func(t *testing.T, starts, rule string) {
		rule = strings.ReplaceAll(strings.ReplaceAll(rule, "\r", ""), "\n", "")
		_, _ = readBusyIn(t, calendarOf(fmt.Sprintf("DTSTART:%s|DURATION:PT5M|RRULE:%s", strings.ReplaceAll(starts, "|", ""), rule)), true)
		_, _ = readBusyIn(t, wholeOf(zoneBy(rule, 1), "BEGIN:VEVENT\nDTSTART;TZID=Ici:20261202T090000\nDURATION:PT1H\nEND:VEVENT\n"), true)
	})
}

// Calendars made to consume time or memory; they may be larger still.
func TestR41_HostileCalendarsCostLittle(t *testing.T) {
	const size, most = 6 << 20, 40 << 20
	repeated := func(of string) string { return strings.Repeat(of, size/len(of)) }
	event := "BEGIN:VEVENT\nDTSTART;TZID=Ici:19990101T090000\nDURATION:PT1H\nEND:VEVENT\n"
	monthly := "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR"
	const part = 8 // of the ordinary calendar is read, which takes that much less
	lunch := "BEGIN:VEVENT\nUID:1\nDTSTART:20261202T090000Z\nDTEND:20261202T100000Z\nSUMMARY:Déjeuner\nEND:VEVENT\n"
	began := processorTime(t)
	if _, err := Read(t.Context(), strings.NewReader(wholeOf(strings.Repeat(lunch, size/len(lunch)/part))), Options{Span: theSpan, Zone: time.UTC, Least: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ordinary := part * (processorTime(t) - began)
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"parameters":           {wholeOf("BEGIN:VEVENT\nDTSTART", repeated(";A=b"), ":20261201T090000Z\nEND:VEVENT\n"), nil},
		"values of parameters": {wholeOf("BEGIN:VEVENT\nDTSTART;TZID=\":\"", repeated(",b"), ":20261201T090000Z\nEND:VEVENT\n"), nil},
		"changes of clocks":    {wholeOf(zoneBy(monthly, 200), strings.Repeat(event, 20_000)), nil},
		"impossible changes":   {wholeOf(zoneBy("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 50), event), nil},
		"no changes":           {wholeOf(strings.ReplaceAll(zoneBy("FREQ=YEARLY", 200), "16010101", "jamais"), strings.Repeat(event, 20_000)), nil},
		"floating events":      {wholeOf(repeated("BEGIN:VEVENT\nDTSTART:20261202T090000\nEND:VEVENT\n")), nil},
		"lines of exceptions":  {wholeOf("BEGIN:VEVENT\nDTSTART:20261202T090000Z\n", repeated("EXDATE:1\n"), "END:VEVENT\n"), ErrTooMuch},
		"a line of exceptions": {wholeOf("BEGIN:VEVENT\nDTSTART:20261202T090000Z\nEXDATE:", repeated("20261202,"), "1\nEND:VEVENT\n"), ErrTooMuch},
		"additions":            {wholeOf(repeated("BEGIN:VEVENT\nDTSTART:20261202T090000Z\nRDATE:20261203T090000Z\nEND:VEVENT\n")), ErrTooMuch},
		"continuations":        {wholeOf("DTSTART:", repeated("\n "), "\n"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			began, meter := processorTime(t), heaptest.New()
			_, err := Read(t.Context(), meter.Reader(strings.NewReader(c.text)), Options{Span: theSpan, Zone: time.UTC, Least: time.Hour})
			took := processorTime(t) - began
			t.Logf("%.1f times an ordinary calendar of that size", took.Seconds()/ordinary.Seconds())
			if !errors.Is(err, c.want) || took > 3*ordinary || meter.Growth() > most {
				t.Errorf("%s: %v in %s, an ordinary one in %s; %d MB are used", name, err, took, ordinary, meter.Growth()>>20)
			}
		})
	}
}

// processorTime is how long this process has computed, which other processes on the machine do
// not change.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
