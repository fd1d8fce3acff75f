package calendar

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

// onset is a change of a zone's clocks.
type onset struct {
	at     time.Time // in the zone, with the new offset
	before int       // offset until then, in seconds east of UTC
	after  int
	rule   string // yearly recurrence; empty if there is none
}

// AddZone adds the description of a zone's clock changes from the start of span to a year
// after its end (RFC 5545, 3.6.5), from Go's time zone data.
func AddZone(cal *ics.Calendar, zone *time.Location, span Period) {
	timezone := cal.AddTimezone(zone.String())
	for _, o := range onsets(zone, Period{From: span.From, To: span.To.AddDate(1, 0, 0)}) {
		o.write(timezone)
	}
}

// onsets returns the last onset before span and all within it, yearly ones only once.
func onsets(zone *time.Location, span Period) (all []onset) {
	known := map[[2]int]bool{}
	add := func(o onset) {
		if of := [2]int{o.before, o.after}; !known[of] {
			all = append(all, o)
			known[of] = o.rule != ""
		}
	}
	from := span.From.In(zone)
	add(lastOnset(from))
	for next, found := nextChange(from); found && next.at.Before(span.To); next, found = nextChange(next.at) {
		next.rule = yearly(next)
		add(next)
	}
	return all
}

// firstYear is the start of clocks that have not changed since.
const firstYear = 1970

// lastOnset returns the last change of clocks before or at t.
func lastOnset(t time.Time) onset {
	_, after := t.Zone()
	for at := t; ; {
		began, _ := at.ZoneBounds()
		if began.Year() < firstYear {
			return onset{at: time.Date(firstYear, 1, 1, 0, 0, 0, 0, t.Location()), before: after, after: after}
		}
		o := changeAt(began)
		if o.before != o.after {
			o.rule = yearly(o)
			return o
		}
		at = began.Add(-week)
	}
}

// nextChange returns the first change of clocks after t, within two years.
func nextChange(t time.Time) (next onset, found bool) {
	for at := t; at.Before(t.AddDate(2, 0, 0)); {
		_, ends := at.ZoneBounds()
		if ends.IsZero() {
			return onset{}, false
		}
		if next = changeAt(ends); next.before != next.after {
			return next, true
		}
		at = ends.Add(week)
	}
	return onset{}, false
}

// week is how far to step past a bound at which nothing changes: Go's time zones have some in
// distant years.
const week = 7 * 24 * time.Hour

func changeAt(at time.Time) onset {
	_, before := at.Add(-time.Second).Zone()
	_, after := at.Zone()
	return onset{at: at, before: before, after: after}
}

// yearsAhead is the number of years for which a rule must hold.
const yearsAhead = 12

// yearly returns the rule by which an onset recurs each year: on the last or nth such weekday
// of its month.
func yearly(o onset) string {
	last, nth := true, true
	first := o.clock()
	for next, years := o, 0; years < yearsAhead; years++ {
		at := next.clock()
		last = last && at.AddDate(0, 0, 7).Month() != at.Month()
		nth = nth && (at.Day()-1)/7 == (first.Day()-1)/7
		var again bool
		if next, again = o.nextYear(next.at); !again || !sameButDay(next.clock(), first) {
			return ""
		}
	}
	day := map[time.Weekday]string{0: "SU", 1: "MO", 2: "TU", 3: "WE", 4: "TH", 5: "FR", 6: "SA"}[first.Weekday()]
	switch {
	case last:
		return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=-1%s", first.Month(), day)
	case nth:
		return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", first.Month(), (first.Day()-1)/7+1, day)
	}
	return ""
}

// nextYear returns the onset of the same change in the year after at.
func (o onset) nextYear(at time.Time) (next onset, found bool) {
	year := at.Year() + 1
	for next, found = nextChange(at); found && next.at.Year() <= year; next, found = nextChange(next.at) {
		if next.at.Year() == year && next.before == o.before && next.after == o.after {
			return next, true
		}
	}
	return onset{}, false
}

func sameButDay(a, b time.Time) bool {
	return a.Month() == b.Month() && a.Weekday() == b.Weekday() && a.Hour() == b.Hour() && a.Minute() == b.Minute()
}

// clock returns the local time of the onset with the old offset, as the standard writes it.
func (o onset) clock() time.Time { return o.at.In(time.FixedZone("", o.before)) }

func (o onset) write(timezone *ics.VTimezone) {
	name, _ := o.at.Zone()
	observance := ics.ComponentBase{}
	observance.SetProperty(ics.ComponentPropertyDtStart, o.clock().Format(clockFormat))
	observance.SetProperty("TZOFFSETFROM", offset(o.before))
	observance.SetProperty("TZOFFSETTO", offset(o.after))
	observance.SetProperty("TZNAME", name)
	if o.rule != "" {
		observance.SetProperty(ics.ComponentPropertyRrule, o.rule)
	}
	if o.at.IsDST() {
		timezone.Components = append(timezone.Components, &ics.Daylight{ComponentBase: observance})
		return
	}
	timezone.Components = append(timezone.Components, &ics.Standard{ComponentBase: observance})
}

// offset formats seconds east of UTC (3.3.14).
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
}
