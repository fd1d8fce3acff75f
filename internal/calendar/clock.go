package calendar

import (
	"time"

	ics "github.com/arran4/golang-ical"
)

const (
	clockFormat   = "20060102T150405"
	instantFormat = "20060102T150405Z"
)

// SetClock writes a time as the clocks of its zone show it, whose rules AddZone
// writes. What they show twice, in autumn, is written as the instant it is.
func SetClock(event *ics.VEvent, property ics.ComponentProperty, t time.Time) {
	if twice(t) {
		event.SetProperty(property, t.UTC().Format(instantFormat))
		return
	}
	event.SetProperty(property, t.Format(clockFormat), ics.WithTZID(t.Location().String()))
}

// twice reports whether clocks show the same an hour before or after t.
func twice(t time.Time) bool {
	shown := t.Format(clockFormat)
	return t.Add(time.Hour).Format(clockFormat) == shown || t.Add(-time.Hour).Format(clockFormat) == shown
}
