package agenda

import (
	"slices"
	"time"

	"socialdirect/booking/slot"
)

// A slot can be booked inside the booking window only: from the worker's lead time to the
// horizon. The rule is written twice, in Go for offered slots and in SQL for stored ones.
// Change both together; a test compares them at later clocks.

// modesInWindow returns the modes in which the slot can be booked at now. ModesInWindow is
// the same in SQL.
func (a Agenda) modesInWindow(s slot.Slot, now time.Time) []slot.Mode {
	return slices.DeleteFunc(slices.Clone(s.Modes), func(slot.Mode) bool {
		return !s.StartsAt.After(now) || s.StartsAt.Before(now.Add(a.Worker.LeadTime())) || s.StartsAt.After(now.Add(a.Worker.Horizon()))
	})
}

// ModesInWindow is Agenda.modesInWindow as an SQL condition: a stored slot f of worker w
// can be booked at the instant in one of the modes, both parameters. It does not check the
// horizon: a slot within the horizon when it was stored stays within it. Stored modes may be
// too many, never too few: as time passes, a mode can only leave the window.
func ModesInWindow(instant, modes string) string {
	return `(f.starts_at > ` + instant + `::timestamptz
		and f.starts_at >= ` + instant + `::timestamptz + make_interval(hours => w.lead_time_hours)
		and f.modes && ` + modes + `::text[])`
}
