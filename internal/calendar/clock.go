package calendar

import (
	"time"

	ics "github.com/arran4/golang-ical"
)

const (
	clockFormat   = "20060102T150405"
	instantFormat = "20060102T150405Z"
)

// SetClock writes a time as local time of its zone, whose description AddZone writes. An
// ambiguous time, in autumn, is written in UTC.
func SetClock(event *ics.VEvent, property ics.ComponentProperty, t time.Time) {
	if twice(t) {
		event.SetProperty(property, t.UTC().Format(instantFormat))
		return
	}
	event.SetProperty(property, t.Format(clockFormat), ics.WithTZID(t.Location().String()))
}

// twice reports whether the local time of t occurs a second time, an hour before or after.
func twice(t time.Time) bool {
	shown := t.Format(clockFormat)
	return t.Add(time.Hour).Format(clockFormat) == shown || t.Add(-time.Hour).Format(clockFormat) == shown
}
