package booking

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Opening is when a worker can be booked: every week on one day between two
// dates, or on one day. Its times are wall-clock times in the worker's zone.
type Opening struct {
	ID       uuid.UUID
	Weekday  int       // 1 is Monday … 7 is Sunday (ISO 8601); 0 for one day only
	FirstDay time.Time // midnight UTC of the first calendar day
	LastDay  time.Time // of the last one; zero for no end
	Starts   int       // minutes since midnight
	Ends     int       // minutes since midnight, at most 1440
	Modes    []Mode
	Place    uuid.UUID   // where one meets; zero for the first of the worker's places
	Skips    []time.Time // days on which a weekly opening does not hold
}

// holds reports whether the opening is for that calendar day (midnight UTC).
func (o Opening) holds(day time.Time) bool {
	return heldOn(day, o.Weekday, o.FirstDay, o.LastDay) && !slices.ContainsFunc(o.Skips, day.Equal)
}

func heldOn(day time.Time, weekday int, first, last time.Time) bool {
	if day.Before(first) || (!last.IsZero() && day.After(last)) {
		return false
	}
	return weekday == 0 || weekday == isoWeekday(day)
}

func isoWeekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

// Period is from an instant, included, to another, excluded.
type Period struct{ From, To time.Time }

func (p Period) overlaps(q Period) bool { return p.From.Before(q.To) && q.From.Before(p.To) }

func (p Period) inside(q Period) bool { return !p.From.Before(q.From) && !p.To.After(q.To) }

// Slot is an hour that can be booked.
type Slot struct {
	StartsAt time.Time // UTC
	Modes    []Mode
	Place    uuid.UUID // its opening's
}

// Period is the slot's hour.
func (s Slot) Period() Period { return Period{s.StartsAt, s.StartsAt.Add(SlotLength)} }

func (s Slot) compareStart(at time.Time) int { return s.StartsAt.Compare(at) }

// Offers reports whether the slot can be had in that mode.
func (s Slot) Offers(mode Mode) bool { return slices.Contains(s.Modes, mode) }

// slotsIn lists, in order, the slots that start inside span: hours of the
// openings, counted from each opening's start, outside what is closed. Where
// openings overlap, one made for that day goes before a weekly one, then the
// earlier before the later, so that slots never overlap.
func slotsIn(span Period, zone *time.Location, openings []Opening, closed []Period) []Slot {
	var slots []Slot
	for day := range daysOf(span, zone) {
		for _, slot := range slotsOfDay(day, zone, openings) {
			if last := len(slots) - 1; last < 0 || !slots[last].Period().overlaps(slot.Period()) {
				slots = append(slots, slot)
			}
		}
	}
	return slices.DeleteFunc(slots, func(s Slot) bool {
		outside := s.StartsAt.Before(span.From) || !s.StartsAt.Before(span.To)
		return outside || overlapsAny(s.Period(), closed)
	})
}

// daysOf yields the calendar days of span in zone, and the one before them: an
// hour that starts before midnight may end after it.
func daysOf(span Period, zone *time.Location) func(func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		last := calendarDay(span.To.In(zone))
		day := calendarDay(span.From.In(zone)).AddDate(0, 0, -1)
		for !day.After(last) && yield(day) {
			day = day.AddDate(0, 0, 1)
		}
	}
}

// calendarDay is the calendar day of t, as midnight UTC.
func calendarDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// startsIn reports whether p starts inside one of the periods.
func startsIn(p Period, periods []Period) bool {
	return slices.ContainsFunc(periods, func(q Period) bool { return !p.From.Before(q.From) && p.From.Before(q.To) })
}

func overlapsAny(p Period, periods []Period) bool {
	return slices.ContainsFunc(periods, p.overlaps)
}

func slotsOfDay(day time.Time, zone *time.Location, openings []Opening) []Slot {
	var kept []Slot
	for _, opening := range byPrecedence(day, openings) {
		before := kept // its own hours do not overlap
		stretches := opening.stretches(day, zone)
		for minute := opening.Starts; minute+60 <= opening.Ends; minute += 60 {
			hour, ok := opening.hourAt(day, minute, zone, stretches)
			slot := Slot{StartsAt: hour.From, Modes: opening.Modes, Place: opening.Place}
			if ok && !slices.ContainsFunc(before, func(k Slot) bool { return k.Period().overlaps(hour) }) {
				kept = append(kept, slot)
			}
		}
	}
	slices.SortFunc(kept, func(a, b Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	return kept
}

// stretches are the times without a break in which the opening, on a day that it
// holds, is open by the clocks in zone.
func (o Opening) stretches(day time.Time, zone *time.Location) []Period {
	var joined []Period
	for _, p := range wallPeriods(day, o.Starts, o.Ends, zone) {
		if last := len(joined) - 1; last >= 0 && joined[last].To.Equal(p.From) {
			joined[last].To = p.To
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// hourAt is the hour that begins when clocks in zone show that minute of the day
// and lies inside one of the opening's stretches. A minute that is skipped in spring begins
// none; one that comes twice in autumn begins one, the first time if it can.
func (o Opening) hourAt(day time.Time, minute int, zone *time.Location, stretches []Period) (hour Period, ok bool) {
	length := time.Duration(o.Ends-o.Starts) * time.Minute
	if len(stretches) == 1 && stretches[0].To.Sub(stretches[0].From) == length { // the clocks do not change in it
		at := stretches[0].From.Add(time.Duration(minute-o.Starts) * time.Minute)
		return Slot{StartsAt: at}.Period(), true
	}
	for _, at := range wallPeriods(day, minute, minute+1, zone) {
		hour = Slot{StartsAt: at.From}.Period()
		if slices.ContainsFunc(stretches, hour.inside) {
			return hour, true
		}
	}
	return Period{}, false
}

func byPrecedence(day time.Time, openings []Opening) []Opening {
	of := slices.DeleteFunc(slices.Clone(openings), func(o Opening) bool { return !o.holds(day) })
	slices.SortStableFunc(of, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(min(a.Weekday, 1), min(b.Weekday, 1)), cmp.Compare(a.Starts, b.Starts), cmp.Compare(a.Ends, b.Ends))
	})
	return of
}

// wallClock is an instant at which clocks in zone show that minute of the day, or,
// where it is skipped in spring, one close by.
func wallClock(day time.Time, minute int, zone *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, zone).UTC()
}

// wallPeriods are the times in which clocks in zone show a minute of that day from
// one, included, to another, excluded: none of a skipped hour, both of a double one.
func wallPeriods(day time.Time, from, to int, zone *time.Location) []Period {
	var periods []Period
	end := day.Add(48 * time.Hour)
	for at := day.Add(-24 * time.Hour).In(zone); at.Before(end); {
		_, offset := at.Zone()
		since, until := at.ZoneBounds()
		if since.IsZero() {
			since = at
		}
		if until.IsZero() {
			until = end
		}
		midnight := day.Add(-time.Duration(offset) * time.Second)
		p := clip(Period{midnight.Add(time.Duration(from) * time.Minute), midnight.Add(time.Duration(to) * time.Minute)}, Period{since.UTC(), until.UTC()})
		if p.From.Before(p.To) {
			periods = append(periods, p)
		}
		at = until.In(zone)
	}
	return periods
}
