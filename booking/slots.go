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
}

// holds reports whether the opening is for that calendar day (midnight UTC).
func (o Opening) holds(day time.Time) bool {
	if day.Before(o.FirstDay) || (!o.LastDay.IsZero() && day.After(o.LastDay)) {
		return false
	}
	return o.Weekday == 0 || o.Weekday == isoWeekday(day)
}

func isoWeekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

// Period is from an instant, included, to another, excluded.
type Period struct{ From, To time.Time }

func (p Period) overlaps(q Period) bool { return p.From.Before(q.To) && q.From.Before(p.To) }

// Slot is an hour that can be booked.
type Slot struct {
	StartsAt time.Time // UTC
	Modes    []Mode
}

// Period is the slot's hour.
func (s Slot) Period() Period { return Period{s.StartsAt, s.StartsAt.Add(SlotLength)} }

// Offers reports whether the slot can be had in that mode.
func (s Slot) Offers(mode Mode) bool { return slices.Contains(s.Modes, mode) }

// slotsIn lists, in order, the slots that start inside span: whole hours of the
// openings, counted from each opening's start, outside the absences. Where
// openings overlap, one made for that day goes before a weekly one, then the
// earlier before the later, so that slots never overlap.
func slotsIn(span Period, zone *time.Location, openings []Opening, absences []Period) []Slot {
	var slots []Slot
	last := calendarDay(span.To.In(zone))
	for day := calendarDay(span.From.In(zone)); !day.After(last); day = day.AddDate(0, 0, 1) {
		slots = append(slots, slotsOfDay(day, zone, openings)...)
	}
	return slices.DeleteFunc(slots, func(s Slot) bool {
		outside := s.StartsAt.Before(span.From) || !s.StartsAt.Before(span.To)
		return outside || overlapsAny(s.Period(), absences)
	})
}

// calendarDay is the calendar day of t, as midnight UTC.
func calendarDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func overlapsAny(p Period, periods []Period) bool {
	return slices.ContainsFunc(periods, p.overlaps)
}

func slotsOfDay(day time.Time, zone *time.Location, openings []Opening) []Slot {
	var kept []Slot
	for _, opening := range byPrecedence(day, openings) {
		for minute := opening.Starts; minute+60 <= opening.Ends; minute += 60 {
			at, exists := wallClock(day, minute, zone)
			slot := Slot{StartsAt: at, Modes: opening.Modes}
			taken := slices.ContainsFunc(kept, func(k Slot) bool { return k.Period().overlaps(slot.Period()) })
			if exists && !taken {
				kept = append(kept, slot)
			}
		}
	}
	slices.SortFunc(kept, func(a, b Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	return kept
}

func byPrecedence(day time.Time, openings []Opening) []Opening {
	of := slices.DeleteFunc(slices.Clone(openings), func(o Opening) bool { return !o.holds(day) })
	slices.SortStableFunc(of, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(min(a.Weekday, 1), min(b.Weekday, 1)), cmp.Compare(a.Starts, b.Starts), cmp.Compare(a.Ends, b.Ends))
	})
	return of
}

// wallClock is the instant at which clocks in zone show that minute of the day.
// exists is false in the hour that is skipped in spring; of the hour that comes
// twice in autumn it is one and the same each time.
func wallClock(day time.Time, minute int, zone *time.Location) (at time.Time, exists bool) {
	local := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, zone)
	shown := local.Hour()*60 + local.Minute()
	return local.UTC(), shown == minute%1440
}

// freeSlots keeps the slots that start after now and overlap nothing busy.
func freeSlots(slots []Slot, busy []Period, now time.Time) []Slot {
	return slices.DeleteFunc(slices.Clone(slots), func(s Slot) bool {
		return !s.StartsAt.After(now) || overlapsAny(s.Period(), busy)
	})
}
