package agenda

import "time"

// Whether time lets an hour be booked is asked in Go of every hour that is offered, and
// in SQL of the hours that are kept. The two are one rule: who changes one changes the
// other, and a test compares them at every clock that comes after.

// inTime reports whether an hour that starts at that instant is neither too near
// nor too far to be booked at now. StillAhead is the same in SQL.
func (a Agenda) inTime(at, now time.Time) bool {
	return at.After(now) && !at.Before(now.Add(a.Worker.LeadTime())) && !at.After(now.Add(a.Worker.Horizon()))
}

// StillAhead is Agenda.inTime as a condition of SQL: of an hour f that was in time when
// it was kept, and its worker w, at the instant of that parameter. How far ahead one
// books needs no question: what was near enough is so at every later clock.
func StillAhead(instant string) string {
	return `f.starts_at > ` + instant + `::timestamptz and f.starts_at >= ` + instant + `::timestamptz + make_interval(hours => w.notice_hours)`
}
