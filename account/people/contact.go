package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Contact is how a person wants to be notified of their appointments (R21).
type Contact struct {
	Texts         bool // by SMS too, if there is a gateway
	Discreet      bool // notifications only say that there is something to read, and have no calendar file
	LimitReminder bool // a reminder before the penalty-free period ends
	HourReminder  bool // a reminder shortly before the appointment
	CallFrom      int  // SMS and phone calls may come from here, in minutes since midnight
	CallUntil     int  // to here, not included, on the person's own clock
}

// DefaultContact applies to people who have not chosen.
var DefaultContact = Contact{Texts: true, LimitReminder: true, HourReminder: true, CallFrom: 8 * 60, CallUntil: 20 * 60}

const minutesOfDay = 24 * 60

// Valid reports whether the call hours are a valid interval of one day.
func (c Contact) Valid() bool {
	return 0 <= c.CallFrom && c.CallFrom < c.CallUntil && c.CallUntil <= minutesOfDay
}

// Callable reports whether an SMS or a call may come at an instant, for somebody who lives
// in zone.
func (c Contact) Callable(at time.Time, zone *time.Location) bool {
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	return c.CallFrom <= minute && minute < c.CallUntil
}

// mostWaiting is longer than any gap between call hours: two nights, and an hour that
// daylight saving time skips.
const mostWaiting = 49 * time.Hour

// Callability returns the first instant, at or after the given one, at which an SMS or a
// call may come. It tries minute by minute, so that hours which daylight saving time skips or
// repeats need no special case.
func (c Contact) Callability(at time.Time, zone *time.Location) time.Time {
	for next := at; next.Before(at.Add(mostWaiting)); next = next.Truncate(time.Minute).Add(time.Minute) {
		if c.Callable(next, zone) {
			return next
		}
	}
	return at.Add(mostWaiting)
}

// Reachable is a person, and how they want to be notified.
type Reachable struct {
	Person
	Contact
}

// Reachable returns how to notify the people with the given IDs. An ID without an account is
// absent. The platform calls it; it checks no viewer.
func (s *Service) Reachable(ctx context.Context, q postgres.Querier, ids []uuid.UUID) (map[uuid.UUID]Reachable, error) {
	return ReadReachable(ctx, q, ids)
}
