package people_test

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/zone"

	"pgregory.net/rapid"
)

// firstCallable returns the first instant within the call hours, found minute by minute.
func firstCallable(c people.Contact, at time.Time, zone *time.Location) time.Time {
	for minute := at; ; minute = minute.Add(time.Second * time.Duration(60-minute.Second())) {
		clock := minute.In(zone).Format("15:04")
		from, until := clockOf(c.CallFrom), clockOf(c.CallUntil)
		if from <= clock && clock < until {
			return minute
		}
	}
}

func clockOf(minutes int) string {
	if minutes == 24*60 {
		return "24:00"
	}
	return time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC).Format("15:04")
}

func TestR21_CallHoursAreThoseOfThePersonsClockAcrossItsChanges(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, z := range people.Zones {
		zones = append(zones, zone.Of(z.Value))
	}
	changes := []time.Time{ // Paris, then Saint-Pierre-et-Miquelon
		time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		time.Date(2027, 3, 14, 5, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC),
	}
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 23).Draw(t, "from")
		c := people.Contact{CallFrom: from * 60, CallUntil: rapid.IntRange(from+1, 24).Draw(t, "until") * 60}
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := rapid.SampledFrom(changes).Draw(t, "change").Add(time.Duration(rapid.IntRange(-48*3600, 48*3600).Draw(t, "seconds")) * time.Second)
		got, want := c.Callability(at, zone), firstCallable(c, at, zone)
		if !got.Equal(want) || !c.Callable(got, zone) {
			t.Fatalf("%+v in %v at %v: %v, want %v", c, zone, at.In(zone), got.In(zone), want.In(zone))
		}
	})
}
