package appointment

import (
	"time"

	"socialdirect/booking/slot"
)

// triesAfter is how long after each try to reach the person by phone the next one follows
// (R24). There is none after the last.
var triesAfter = []time.Duration{5 * time.Minute, 10 * time.Minute}

// MaxTries is how often the worker calls in vain at most.
func (Appointment) MaxTries() int { return len(triesAfter) + 1 }

// NextTry is when the worker, whom the person has not answered, calls again: at a whole
// minute, as people read it. It is zero before the first try, after the last, and if the
// appointment would be over.
func (a Appointment) NextTry() time.Time {
	made := len(a.Tries)
	if made == 0 || made > len(triesAfter) {
		return time.Time{}
	}
	next := a.Tries[made-1].Add(triesAfter[made-1]).Truncate(time.Minute)
	if a.Over(next) {
		return time.Time{}
	}
	return next
}

// TriedOut reports whether the worker has called in vain for the last time.
func (a Appointment) TriedOut() bool { return len(a.Tries) > 0 && a.NextTry().IsZero() }

// Callable reports whether its worker calls the person at now: in the hour of an appointment
// by phone that takes place.
func (a Appointment) Callable(now time.Time) bool {
	return a.Mode == slot.Phone && a.Status == Confirmed && !now.Before(a.StartsAt) && !a.Over(now)
}

// TryDue reports whether a call at now is another try. Sooner than announced, it is the last
// one recorded twice.
func (a Appointment) TryDue(now time.Time) bool { return !a.TriedOut() && !now.Before(a.NextTry()) }
