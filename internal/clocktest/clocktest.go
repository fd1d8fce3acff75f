// Package clocktest sets the time for tests that run the program: one instant, which
// SOCIALDIRECT_NOW may change to check that they pass at any other.
package clocktest

import (
	"fmt"
	"os"
	"sync"
	"time"
	_ "time/tzdata" // zones do not depend on the machine
)

// Variable is the environment variable with the start of the platform's clock, as RFC 3339.
const Variable = "SOCIALDIRECT_NOW"

// usual is an ordinary Tuesday morning, far from any special date.
const usual = "2026-12-01T10:00:00+01:00"

var ahead = sync.OnceValue(func() time.Duration {
	instant := os.Getenv(Variable)
	if instant == "" {
		instant = usual
	}
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		panic(fmt.Sprintf("%s holds %q; it may hold an instant such as %s", Variable, instant, usual))
	}
	return time.Until(at)
})

// Ahead is how far the platform's clock is ahead of the machine's in this run.
func Ahead() time.Duration { return ahead() }

// Now returns the time of the platform's clock, which starts at the first call and runs from
// there.
func Now() time.Time { return time.Now().Add(Ahead()) }

// Instant is an instant at which the tests must pass.
type Instant struct {
	Name string
	Zone string // zone of the local time
	wall string
}

// At returns the instant itself.
func (i Instant) At() time.Time {
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		panic(err) // the zones are embedded
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", i.wall, zone)
	if err != nil {
		panic(err)
	}
	return at
}

var zones = []string{"Europe/Paris", "Indian/Reunion", "America/Guadeloupe"}

// moments are the local times of the instants, in each zone.
var moments = []Instant{
	{Name: "Sunday evening", wall: "2026-11-29 18:30"},
	{Name: "the last minute of a week", wall: "2026-11-29 23:59"},
	{Name: "the first minute of a week", wall: "2026-11-30 00:00"},
	{Name: "Friday evening before a holiday", wall: "2027-04-30 19:30"},
	{Name: "before the clocks go forward", wall: "2027-03-28 01:59"},
	{Name: "after the clocks went forward", wall: "2027-03-28 03:01"},
	{Name: "before the clocks go back", wall: "2027-10-31 01:59"},
	{Name: "after the clocks went back", wall: "2027-10-31 03:01"},
	{Name: "the last half hour of a year", wall: "2026-12-31 23:30"},
	{Name: "29 February", wall: "2028-02-29 09:00"},
}

// Instants returns all of them.
func Instants() []Instant {
	var all []Instant
	for _, zone := range zones {
		for _, i := range moments {
			i.Zone = zone
			all = append(all, i)
		}
	}
	return all
}

// OfDay returns the instant of the tests on a calendar day: a different one each day, and all
// within a month.
func OfDay(day time.Time) Instant {
	all := Instants()
	days := int(day.UTC().Unix() / (24 * 60 * 60))
	return all[days%len(all)]
}
