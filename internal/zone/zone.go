// Package zone loads the time zones of the platform's people and offices, each once:
// time.LoadLocation opens and parses a file each time, which takes hundreds of microseconds,
// and a page of agendas needs one per worker. The tables are embedded, so that times do not
// depend on the machine.
package zone

import (
	"sync"
	"time"
	_ "time/tzdata" // the tables themselves
)

// Default is the zone of people who have not chosen one, and of the operator's own deadlines:
// contracts, legal texts, statutory periods.
const Default = "Europe/Paris"

// loaded contains *time.Location by name. Unknown names are not kept, so that it never grows
// beyond the tables.
var loaded sync.Map

// Load is time.LoadLocation with a cache.
func Load(name string) (*time.Location, error) {
	if known, ok := loaded.Load(name); ok {
		return known.(*time.Location), nil
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	known, _ := loaded.LoadOrStore(name, location)
	return known.(*time.Location), nil
}

// Of returns the zone of that name, or Default if the name is unknown.
func Of(name string) *time.Location {
	if location, err := Load(name); err == nil {
		return location
	}
	return Paris()
}

// Paris returns the zone Default.
func Paris() *time.Location {
	location, err := Load(Default)
	if err != nil {
		return time.UTC // cannot be: the tables are embedded
	}
	return location
}

// Day returns the calendar day of an instant in the zone Default, as midnight UTC.
func Day(at time.Time) time.Time {
	year, month, day := at.In(Paris()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// EndOf returns the midnight that ends a calendar day in the zone Default.
func EndOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, Paris())
}
