package web

import (
	"fmt"
	"strings"
	"time"
)

// PlainDayHour writes a day and a time with characters of GSM 03.38 only, for SMS: "mardi 1
// aout à 14h05". These do not include the circumflex and the no-break space.
func PlainDayHour(t time.Time) string {
	return fmt.Sprintf("%s %d %s à %s", weekdays[t.Weekday()], t.Day(), strings.ReplaceAll(months[t.Month()], "û", "u"), PlainHour(t))
}

// PlainDateHour is PlainDayHour with digits: "01/08 à 14h05".
func PlainDateHour(t time.Time) string { return t.Format("02/01") + " à " + PlainHour(t) }

// PlainHour writes only the time of day: "14h", "9h05".
func PlainHour(t time.Time) string {
	if t.Minute() == 0 {
		return fmt.Sprintf("%dh", t.Hour())
	}
	return fmt.Sprintf("%dh%02d", t.Hour(), t.Minute())
}
