package agenda

import "time"

// The rule of lead time and horizon is written twice: in Go for offered slots, in SQL for
// stored ones. Change both together; a test compares them at later clocks.

// inTime reports whether a slot that starts at that instant can be booked at now, by the
// worker's lead time and horizon. StillAhead is the same in SQL.
func (a Agenda) inTime(at, now time.Time) bool {
	return at.After(now) && !at.Before(now.Add(a.Worker.LeadTime())) && !at.After(now.Add(a.Worker.Horizon()))
}

// StillAhead is Agenda.inTime as an SQL condition on a stored slot f of worker w at the
// given parameter's instant. It does not check the horizon: a slot within the horizon when
// it was stored stays within it.
func StillAhead(instant string) string {
	return `f.starts_at > ` + instant + `::timestamptz and f.starts_at >= ` + instant + `::timestamptz + make_interval(hours => w.lead_time_hours)`
}
