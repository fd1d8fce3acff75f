package slot

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Week is a week of ISO 8601, written 2026-W48.
type Week struct{ year, week int }

func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.year, w.week) }

// WeekOf is the week of a day, in the zone of t.
func WeekOf(t time.Time) Week {
	year, week := t.ISOWeek()
	return Week{year, week}
}

// MondayIn returns the first midnight of the week in zone.
func (w Week) MondayIn(zone *time.Location) time.Time {
	inFirst := time.Date(w.year, 1, 4, 0, 0, 0, 0, zone) // always in week 1
	return inFirst.AddDate(0, 0, 1-Weekday(inFirst)+7*(w.week-1))
}

// Monday returns the first day of the week.
func (w Week) Monday() time.Time { return w.MondayIn(time.UTC) }

var weekPattern = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// ParseWeek parses a week of a plausible year.
func ParseWeek(s string) (Week, bool) {
	parts := weekPattern.FindStringSubmatch(s)
	if parts == nil {
		return Week{}, false
	}
	year, _ := strconv.Atoi(parts[1]) // the pattern ensures digits
	week, _ := strconv.Atoi(parts[2])
	w := Week{year, week}
	known := year >= 2000 && year <= 2200 && week >= 1 && WeekOf(w.MondayIn(time.UTC)) == w
	return w, known
}
