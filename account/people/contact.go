package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Contact is how a person wants to be told of their appointments (R21).
type Contact struct {
	Texts         bool // by SMS too, where there is a gateway
	Discreet      bool // a notice only says that something waits, and carries no calendar file
	LimitReminder bool // in time before free cancelling ends
	HourReminder  bool // shortly before the hour
	CallFrom      int  // SMS and phone calls may come from here, in minutes since midnight
	CallUntil     int  // to here, not included, on the person's own clock
}

// DefaultContact is what holds for somebody who never chose.
var DefaultContact = Contact{Texts: true, LimitReminder: true, HourReminder: true, CallFrom: 8 * 60, CallUntil: 20 * 60}

const minutesOfDay = 24 * 60

// Valid reports whether the call hours are a stretch of one day.
func (c Contact) Valid() bool {
	return 0 <= c.CallFrom && c.CallFrom < c.CallUntil && c.CallUntil <= minutesOfDay
}

// Callable reports whether an SMS or a call may come at that instant to somebody
// who lives in zone.
func (c Contact) Callable(at time.Time, zone *time.Location) bool {
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	return c.CallFrom <= minute && minute < c.CallUntil
}

// mostWaiting is longer than call hours can stay closed: two nights, and an hour
// that a change of the clocks takes out.
const mostWaiting = 49 * time.Hour

// Callability is the first instant, at itself or after it, at which an SMS or a call
// may come. It walks the minutes: an hour that a change of the clocks takes out or
// repeats is then nothing special.
func (c Contact) Callability(at time.Time, zone *time.Location) time.Time {
	for next := at; next.Before(at.Add(mostWaiting)); next = next.Truncate(time.Minute).Add(time.Minute) {
		if c.Callable(next, zone) {
			return next
		}
	}
	return at.Add(mostWaiting)
}

// Reachable is a person, and how they want to be told.
type Reachable struct {
	Person
	Contact
}

// Reachable returns how to tell the people of the given ids; an id without an account
// is absent. It is for the platform itself.
func (s *Service) Reachable(ctx context.Context, q postgres.Querier, ids []uuid.UUID) (map[uuid.UUID]Reachable, error) {
	return ReadReachable(ctx, q, ids)
}
