package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Times of a calendar are handled as clocks show them, in UTC's place, until the clock
// that they are by says which instant that is: so a rule repeats at the same time of day,
// and a time zone that only this calendar describes is as good as a known one.

// dial returns the instant at which a clock shows a time.
type dial func(shown time.Time) time.Time

func universal(shown time.Time) time.Time { return shown }

func dialOf(zone *time.Location) dial {
	return func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone).UTC()
	}
}

// shownBy returns what a clock shows at an instant.
func shownBy(d dial, at time.Time) time.Time {
	shown := at
	for range 2 { // the offset itself depends on what is shown
		shown = at.Add(shown.Sub(d(shown)))
	}
	return shown
}

// moment is one or several times as they are written, and the zone that they name.
type moment struct{ value, zone string }

func momentOf(p *ics.BaseProperty) moment {
	value := strings.TrimSpace(p.Value)
	if strings.EqualFold(parameter(p, "VALUE"), "DATE") && len(value) > 8 && (value[8] == 'T' || value[8] == 't') {
		value = value[:8] // a date that is written with a time
	}
	return moment{value, parameter(p, "TZID")}
}

func (m moment) none() bool { return m.value == "" }

// day reports whether it is a date, which is the same wherever one is (3.3.4).
func (m moment) day() bool {
	_, day, _, ok := parseTime(m.value)
	return ok && day
}

// timeFormat is a date, or a date with a time (3.3.4, 3.3.5), also with the signs of
// ISO 8601, without seconds, with fractions, or with an offset.
var timeFormat = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$`)

// parseTime reads a date, or a date with a time, as clocks show it; utc says that it is an
// instant.
func parseTime(value string) (shown time.Time, day, utc, ok bool) {
	value = strings.TrimSpace(value)
	if len(value) > 40 {
		return time.Time{}, false, false, false
	}
	m := timeFormat.FindStringSubmatch(value)
	if m == nil {
		return time.Time{}, false, false, false
	}
	shown, err := time.Parse("20060102", m[1]+m[2]+m[3])
	if err != nil {
		return time.Time{}, false, false, false
	}
	if m[4] == "" {
		return shown, true, false, true
	}
	hour, minute, second := number(m[4]), number(m[5]), number(m[6])
	if hour > 24 || minute > 59 || second > 60 || hour == 24 && minute+second > 0 {
		return time.Time{}, false, false, false
	}
	shown = shown.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
	if len(m[7]) > 1 {
		offset, ok := parseOffset(m[7])
		return shown.Add(-offset), false, true, ok
	}
	return shown, false, m[7] != "", true
}

// number reads digits; none are 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// offsetFormat is an offset from UTC (3.3.14), also with colons or without minutes.
var offsetFormat = regexp.MustCompile(`^([+-])(\d{1,2}):?(?:(\d{2}):?(\d{2})?)?$`)

// parseOffset reads an offset from UTC, at most that of a day.
func parseOffset(value string) (offset time.Duration, ok bool) {
	m := offsetFormat.FindStringSubmatch(strings.TrimSpace(value))
	if m == nil || number(m[2]) > 23 || number(m[3]) > 59 || number(m[4]) > 59 {
		return 0, false
	}
	offset = time.Duration(number(m[2]))*time.Hour + time.Duration(number(m[3]))*time.Minute + time.Duration(number(m[4]))*time.Second
	if m[1] == "-" {
		offset = -offset
	}
	return offset, true
}

// timing is when an event takes place.
type timing struct {
	dial   dial
	starts time.Time // as the dial shows it
	length time.Duration
	dated  bool // it begins on a date, at no time
	days   bool // length is in days of the clock, however long these are
	unsure bool // the zone is not understood: dial is UTC
	guess  bool // the end is not understood: length is a day
}

// The clocks of the world are at most this far from UTC: a time in a zone that is not
// understood is an instant between the two.
const (
	farthestEast = 14 * time.Hour
	farthestWest = 12 * time.Hour
)

// period returns the occurrence that starts when the clock shows that; if its zone is not
// understood, every instant at which it may take place.
func (t timing) period(shown time.Time) Period {
	switch {
	case t.unsure:
		return Period{From: shown.Add(-farthestEast), To: shown.Add(t.length + farthestWest)}
	case t.days:
		return Period{From: t.dial(shown), To: t.dial(shown.Add(t.length))}
	}
	from := t.dial(shown)
	return Period{From: from, To: from.Add(t.length)}
}

// timing works out when an event takes place; ok is false if its start is not understood,
// or its end is before its start.
func (c *reader) timing(e *event) (t timing, ok bool) {
	starts, day, utc, ok := parseTime(e.starts.value)
	if !ok || starts.Year() < 1600 || starts.Year() > 9000 {
		return timing{}, false
	}
	t = timing{starts: starts, dated: day, days: day}
	t.dial, t.unsure = c.dialOf(e.starts, utc)
	switch {
	case !e.ends.none():
		c.setEnd(e.ends, &t)
	case e.duration != "":
		if t.length, ok = parseDuration(e.duration); !ok {
			t.guess, t.length = true, 24*time.Hour
		}
	case day:
		t.length = 24 * time.Hour
	}
	if t.days && t.length == 0 {
		t.length = 24 * time.Hour // many write the day itself as its end
	}
	t.length = min(t.length, maxEventLength)
	return t, t.length >= 0
}

// dialOf returns the clock of a time; unsure says that its zone is not understood.
func (c *reader) dialOf(m moment, utc bool) (d dial, unsure bool) {
	if utc {
		return universal, false
	}
	return c.zones.dialFor(m)
}

// setEnd sets the length of an event that ends then: in days of its clock if it begins and
// ends on dates, otherwise in elapsed time. A date that ends an event with a time is its
// midnight, or the one after if the event begins on that day.
func (c *reader) setEnd(m moment, t *timing) {
	ends, day, utc, ok := parseTime(m.value)
	if !ok {
		t.guess, t.length = true, 24*time.Hour
		return
	}
	if day && t.dated {
		t.length = ends.Sub(t.starts)
		return
	}
	t.days = false
	by, unsure := c.dialOf(m, utc)
	if day {
		by, unsure = t.dial, t.unsure
		if !ends.After(t.starts) {
			ends = ends.AddDate(0, 0, 1)
		}
	}
	t.unsure = t.unsure || unsure
	t.length = by(ends).Sub(t.dial(t.starts))
}

// parsePeriod reads a period (3.3.9): from one instant to another, or so long.
func parsePeriod(value string, by dial) (Period, bool) {
	first, second, _ := strings.Cut(strings.TrimSpace(value), "/")
	from, ok := parseInstant(first, by)
	if !ok {
		return Period{}, false
	}
	if length, isLength := parseDuration(second); isLength {
		return Period{From: from, To: from.Add(length)}, true
	}
	to, ok := parseInstant(second, by)
	return Period{From: from, To: to}, ok
}

func parseInstant(value string, by dial) (time.Time, bool) {
	shown, _, utc, ok := parseTime(value)
	if utc {
		by = universal
	}
	if !ok {
		return time.Time{}, false
	}
	return by(shown), true
}

// parseDuration reads a duration (3.3.6) of at most a year.
func parseDuration(value string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(value)), "+"), "P")
	if !ok || rest == "" {
		return 0, false
	}
	units := map[byte]time.Duration{'W': week, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	total := time.Duration(0)
	for rest = strings.Replace(rest, "T", "", 1); rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits > 8 || digits == len(rest) || units[rest[digits]] == 0 {
			return 0, false
		}
		n, _ := strconv.Atoi(rest[:digits])
		total += min(time.Duration(n)*units[rest[digits]], maxEventLength)
		rest = rest[digits+1:]
	}
	return min(total, maxEventLength), true
}
