package booking

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// wholeOf is a calendar of these parts.
func wholeOf(parts ...string) string {
	return "BEGIN:VCALENDAR\n" + strings.Join(parts, "") + "END:VCALENDAR\n"
}

// zoneBy is a time zone whose clocks change by that rule, in so many parts.
func zoneBy(rule string, parts int) string {
	part := "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:" + rule + "\nEND:STANDARD\n"
	return "BEGIN:VTIMEZONE\nTZID:Ici\n" + strings.Repeat(part, parts) + "END:VTIMEZONE\n"
}

// Rules that the library behind us does not come back from, or falls over.
func TestR41_NoRuleCrashesTheReading(t *testing.T) {
	t.Parallel()
	const once = "1202T0900-1202T1000"
	for rule, want := range map[string]string{
		"FREQ=YEARLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=MONTHLY;INTERVAL=9223372036854775807":                       once,
		"FREQ=WEEKLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=DAILY;INTERVAL=9223372036854775807":                         once,
		"FREQ=HOURLY;INTERVAL=9223372036854775807":                        once,
		"FREQ=SECONDLY;INTERVAL=9223372036854775807":                      once,
		"FREQ=DAILY;INTERVAL=-9223372036854775807":                        once,
		"FREQ=DAILY;INTERVAL=0;COUNT=2":                                   once + " 1203T0900-1203T1000",
		"FREQ=MONTHLY;BYDAY=-9SU":                                         once,
		"FREQ=MONTHLY;BYDAY=47FR":                                         once,
		"FREQ=YEARLY;BYMONTH=1;BYDAY=-8SA":                                once,
		"FREQ=YEARLY;BYMONTH=12;BYDAY=53WE":                               once,
		"FREQ=YEARLY;BYEASTER=9999":                                       once,
		"FREQ=MONTHLY;BYDAY=-5WE,5WE":                                     once + " 1230T0900-1230T1000",
		"FREQ=YEARLY;BYDAY=53WE,-53WE":                                    "",
		"FREQ=DAILY;COUNT=2000000000;UNTIL=20261203T090000Z":              once + " 1203T0900-1203T1000",
		"FREQ=DAILY;BYSETPOS=366;BYHOUR=9;BYMINUTE=0;BYSECOND=0;COUNT=10": "",
	} {
		if got, err := readBusyIn(t, calendarOf("DTSTART:20261202T090000Z|DURATION:PT1H|RRULE:"+rule), true); err != nil || said(got) != want {
			t.Errorf("%s: %s (%v), want %s", rule, said(got), err, want)
		}
		began := time.Now()
		if _, err := readBusyIn(t, wholeOf(zoneBy(rule, 1), "BEGIN:VEVENT\nDTSTART;TZID=Ici:20261202T090000\nDURATION:PT1H\nEND:VEVENT\n"), true); err != nil || time.Since(began) > 10*time.Second {
			t.Errorf("%s, of a time zone: %v, in %s", rule, err, time.Since(began))
		}
	}
}

// FuzzR41_AnyRuleEndsInPeriodsOrAnError holds for what an event and a time zone say.
func FuzzR41_AnyRuleEndsInPeriodsOrAnError(f *testing.F) {
	f.Add("20200101T090000", "FREQ=MONTHLY;BYMONTHDAY=-9,20;BYDAY=-5WE,5SU;BYHOUR=7;COUNT=22;WKST=SU")
	f.Add("16000229T235959", "FREQ=YEARLY;INTERVAL=205;BYSETPOS=281,-264;BYYEARDAY=-366,1;BYWEEKNO=-53,53")
	f.Fuzz(func(t *testing.T, starts, rule string) {
		rule = strings.ReplaceAll(strings.ReplaceAll(rule, "\r", ""), "\n", "")
		_, _ = readBusyIn(t, calendarOf(fmt.Sprintf("DTSTART:%s|DURATION:PT5M|RRULE:%s", strings.ReplaceAll(starts, "|", ""), rule)), true)
		_, _ = readBusyIn(t, wholeOf(zoneBy(rule, 1), "BEGIN:VEVENT\nDTSTART;TZID=Ici:20261202T090000\nDURATION:PT1H\nEND:VEVENT\n"), true)
	})
}
