package calendar

import (
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Times of a calendar are handled as local time, stored as if in UTC, until their clock
// converts them to an instant. So a rule recurs at the same time of day, and time zones that
// only the calendar defines work like known ones.

// dial converts the local time of a clock to an instant.
type dial func(shown time.Time) time.Time

func universal(shown time.Time) time.Time { return shown }

func dialOf(zone *time.Location) dial {
	return func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone).UTC()
	}
}

// moment is the text of one or several times, and the zone that they name.
type moment struct{ value, zone string }

func momentOf(p *ics.BaseProperty) moment { return moment{p.Value, parameter(p, "TZID")} }

func (m moment) none() bool { return m.value == "" }

// day reports whether it is a date, which has no zone (3.3.4).
func (m moment) day() bool { return len(strings.TrimSpace(m.value)) == len("20060102") }

// parseTime parses a date, or a date with a time (3.3.4, 3.3.5), as local time.
func parseTime(value string) (shown time.Time, day, utc, ok bool) {
	value = strings.TrimSpace(value)
	if len(value) == len("20060102") {
		shown, err := time.Parse("20060102", value)
		return shown, true, false, err == nil
	}
	bare, utc := strings.CutSuffix(value, "Z")
	shown, err := time.Parse(clockFormat, bare)
	return shown, false, utc, err == nil
}

// timing is the start and the length of an event.
type timing struct {
	dial   dial
	starts time.Time // in local time
	length time.Duration
	days   bool // length is in calendar days, however long these are
}

// period returns the occurrence that starts at that local time.
func (t timing) period(shown time.Time) Period {
	if t.days {
		return Period{From: t.dial(shown), To: t.dial(shown.Add(t.length))}
	}
	from := t.dial(shown)
	return Period{From: from, To: from.Add(t.length)}
}

// timing computes the start and length of an event; ok is false if it has no duration, or
// invalid times.
func (c *reader) timing(e *event) (t timing, ok bool) {
	starts, day, utc, ok := parseTime(e.starts.value)
	if !ok || starts.Year() < 1600 || starts.Year() > 9000 {
		return timing{}, false
	}
	t = timing{dial: c.zones.dialFor(e.starts), starts: starts, days: day}
	if utc {
		t.dial = universal
	}
	switch {
	case !e.ends.none():
		t.length, ok = c.until(e.ends, t)
	case e.duration != "":
		t.length, ok = parseDuration(e.duration)
	case day:
		t.length = 24 * time.Hour
	}
	if day && t.length == 0 {
		t.length = 24 * time.Hour // many programs write the day itself as its end
	}
	t.length = min(t.length, maxEventLength)
	return t, ok && t.length > 0
}

// until returns the duration of an event that ends at m: in calendar days, or in elapsed time.
func (c *reader) until(m moment, t timing) (time.Duration, bool) {
	ends, day, utc, ok := parseTime(m.value)
	if !ok || day != t.days {
		return 0, false
	}
	if day {
		return ends.Sub(t.starts), true
	}
	by := c.zones.dialFor(m)
	if utc {
		by = universal
	}
	return by(ends).Sub(t.dial(t.starts)), true
}

// parsePeriod parses a period (3.3.9): two instants, or an instant and a duration.
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

// parseDuration parses a duration (3.3.6) of at most a year.
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
