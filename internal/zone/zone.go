// Package zone knows the time zones of the platform's people and offices. Reading a
// zone costs hundreds of microseconds (time.LoadLocation opens and parses a file each
// time), and a page of agendas asks for one at every worker: each is read once. The
// tables are embedded, so that clocks do not depend on the machine.
package zone

import (
	"sync"
	"time"
	_ "time/tzdata" // the tables themselves
)

// Default is the zone of whoever has not chosen one, and of the operator's own
// deadlines: contracts, legal texts, statutory periods.
const Default = "Europe/Paris"

// loaded holds a *time.Location by name. Names that are no zone are not kept, so that
// it never grows beyond the tables.
var loaded sync.Map

// Load is time.LoadLocation, read once for each zone.
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

// Of is the zone of that name; a name that the tables do not know reads as Default.
func Of(name string) *time.Location {
	if location, err := Load(name); err == nil {
		return location
	}
	return Paris()
}

// Paris is the zone Default.
func Paris() *time.Location {
	location, err := Load(Default)
	if err != nil {
		return time.UTC // cannot be: the tables are embedded
	}
	return location
}

// Day is the calendar day of an instant in the zone Default, as midnight UTC.
func Day(at time.Time) time.Time {
	year, month, day := at.In(Paris()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// EndOf is the midnight that ends a calendar day in the zone Default.
func EndOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, Paris())
}
