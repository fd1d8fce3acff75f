// Package slot computes slots from openings.
//
// A slot lasts one elapsed hour, lies inside an opening and outside closed periods.
// Openings are wall-clock times in the worker's own zone, so that 09:00 stays 09:00 when
// the clocks change (R14). The package knows no people, appointments or database.
package slot

import (
	"cmp"
	"slices"
	"time"

	"socialdirect/internal/span"

	"github.com/google/uuid"
)

// Opening is when a worker can be booked: every week, or every other week, on one day
// between two dates, or on one day. Its times are wall-clock times in the worker's zone.
type Opening struct {
	ID       uuid.UUID
	Weekday  int       // 1 is Monday … 7 is Sunday (ISO 8601); 0 for one day only
	Every    int       // a weekly opening holds every so many weeks, from the week of FirstDay on; 0 and 1 are every week
	FirstDay time.Time // midnight UTC of the first calendar day
	LastDay  time.Time // midnight UTC of the last calendar day; zero if there is no end
	Starts   int       // minutes since midnight
	Ends     int       // minutes since midnight, at most 1440
	Modes    []Mode
	Place    uuid.UUID   // the meeting place; zero for the first of the worker's places
	Skips    []time.Time // days that a weekly opening does not cover
}

// Covers reports whether the opening covers that calendar day (midnight UTC).
func (o Opening) Covers(day time.Time) bool {
	return CoversDay(day, o.Weekday, o.FirstDay, o.LastDay) && o.inTurn(day) && !slices.ContainsFunc(o.Skips, day.Equal)
}

// CoversDay reports whether day is that weekday (0 for any) and lies from first to last (zero for no end), all midnight UTC.
func CoversDay(day time.Time, weekday int, first, last time.Time) bool {
	if day.Before(first) || (!last.IsZero() && day.After(last)) {
		return false
	}
	return weekday == 0 || weekday == Weekday(day)
}

// Weekday is the day of ISO 8601: 1 is Monday, 7 is Sunday.
func Weekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

// Period is from an instant, included, to another, excluded.
type Period = span.Period

// Slot is an hour that can be booked.
type Slot struct {
	StartsAt time.Time // UTC
	Modes    []Mode
	Place    uuid.UUID // of its opening
}

// Period is the slot's period.
func (s Slot) Period() Period { return Period{From: s.StartsAt, To: s.StartsAt.Add(Length)} }

// CompareStart orders the slot's start against an instant.
func (s Slot) CompareStart(at time.Time) int { return s.StartsAt.Compare(at) }

// Offers reports whether the slot can be booked in that mode.
func (s Slot) Offers(mode Mode) bool { return slices.Contains(s.Modes, mode) }

// SlotsIn lists, in order, the slots that start inside span: hours of the openings,
// counted from each opening's start, outside closed periods. If openings overlap, one for
// a single day takes precedence over a weekly one, and the earlier over the later, so that
// slots never overlap.
func SlotsIn(span Period, zone *time.Location, openings []Opening, closed []Period) []Slot {
	var slots []Slot
	for day := range DaysOf(span, zone) {
		for _, slot := range slotsOfDay(day, zone, openings) {
			if last := len(slots) - 1; last < 0 || !slots[last].Period().Overlaps(slot.Period()) {
				slots = append(slots, slot)
			}
		}
	}
	return slices.DeleteFunc(slots, func(s Slot) bool {
		outside := s.StartsAt.Before(span.From) || !s.StartsAt.Before(span.To)
		return outside || OverlapsAny(s.Period(), closed)
	})
}

// DaysOf yields the calendar days of span in zone, and the day before: an hour that starts
// before midnight may end after it.
func DaysOf(span Period, zone *time.Location) func(func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		last := CalendarDay(span.To.In(zone))
		day := CalendarDay(span.From.In(zone)).AddDate(0, 0, -1)
		for !day.After(last) && yield(day) {
			day = day.AddDate(0, 0, 1)
		}
	}
}

// CalendarDay is the calendar day of t, as midnight UTC.
func CalendarDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// StartsIn reports whether p starts inside one of the periods.
func StartsIn(p Period, periods []Period) bool {
	return slices.ContainsFunc(periods, func(q Period) bool { return !p.From.Before(q.From) && p.From.Before(q.To) })
}

// OverlapsAny reports whether p overlaps one of the periods.
func OverlapsAny(p Period, periods []Period) bool {
	return slices.ContainsFunc(periods, p.Overlaps)
}

func slotsOfDay(day time.Time, zone *time.Location, openings []Opening) []Slot {
	var kept []Slot
	for _, opening := range byPrecedence(day, openings) {
		before := kept // slots of one opening do not overlap
		stretches := opening.stretches(day, zone)
		for minute := opening.Starts; minute+60 <= opening.Ends; minute += 60 {
			hour, ok := opening.hourAt(day, minute, zone, stretches)
			slot := Slot{StartsAt: hour.From, Modes: slices.Clone(opening.Modes), Place: opening.Place}
			if ok && !slices.ContainsFunc(before, func(k Slot) bool { return k.Period().Overlaps(hour) }) {
				kept = append(kept, slot)
			}
		}
	}
	slices.SortFunc(kept, func(a, b Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	return kept
}

// stretches returns the uninterrupted periods in which the opening is open on a day, by
// the clocks in zone.
func (o Opening) stretches(day time.Time, zone *time.Location) []Period {
	var joined []Period
	for _, p := range WallPeriods(day, o.Starts, o.Ends, zone) {
		if last := len(joined) - 1; last >= 0 && joined[last].To.Equal(p.From) {
			joined[last].To = p.To
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// hourAt returns the hour that begins when clocks in zone show that minute of the day, if
// it lies inside one of the stretches. A minute skipped in spring begins none. One that is
// repeated in autumn begins one: at its first occurrence if possible.
func (o Opening) hourAt(day time.Time, minute int, zone *time.Location, stretches []Period) (hour Period, ok bool) {
	length := time.Duration(o.Ends-o.Starts) * time.Minute
	if len(stretches) == 1 && stretches[0].To.Sub(stretches[0].From) == length { // no clock change in it
		at := stretches[0].From.Add(time.Duration(minute-o.Starts) * time.Minute)
		return Slot{StartsAt: at}.Period(), true
	}
	for _, at := range WallPeriods(day, minute, minute+1, zone) {
		hour = Slot{StartsAt: at.From}.Period()
		if slices.ContainsFunc(stretches, hour.Inside) {
			return hour, true
		}
	}
	return Period{}, false
}

func byPrecedence(day time.Time, openings []Opening) []Opening {
	of := slices.DeleteFunc(slices.Clone(openings), func(o Opening) bool { return !o.Covers(day) })
	slices.SortStableFunc(of, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(min(a.Weekday, 1), min(b.Weekday, 1)), cmp.Compare(a.Starts, b.Starts), cmp.Compare(a.Ends, b.Ends))
	})
	return of
}

// WallClock returns an instant at which clocks in zone show that minute of the day, or one
// close by if the minute is skipped in spring.
func WallClock(day time.Time, minute int, zone *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, zone).UTC()
}

// WallPeriods returns the periods in which clocks in zone show a minute of that day from
// one, included, to another, excluded: none for a skipped hour, both for a repeated one.
func WallPeriods(day time.Time, from, to int, zone *time.Location) []Period {
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
		p := Clip(Period{From: midnight.Add(time.Duration(from) * time.Minute), To: midnight.Add(time.Duration(to) * time.Minute)}, Period{From: since.UTC(), To: until.UTC()})
		if p.From.Before(p.To) {
			periods = append(periods, p)
		}
		at = until.In(zone)
	}
	return periods
}

// soon is how far ahead somebody can be asked to wait without being told of emergency numbers.
const soon = 48 * time.Hour

// NoneSoon reports whether the first available slot is too far ahead for what cannot wait. It
// is zero if there is none.
func NoneSoon(first, now time.Time) bool { return first.IsZero() || first.After(now.Add(soon)) }

// Horizon is how far ahead slots can be booked at most.
const Horizon = 26 * 7 * 24 * time.Hour

// Clip returns the intersection of span and within.
func Clip(span, within Period) Period {
	if span.From.Before(within.From) {
		span.From = within.From
	}
	if span.To.After(within.To) {
		span.To = within.To
	}
	return span
}

const (
	Stride = 14 * 24 * time.Hour
)

// ModesAt returns the modes of the slot that starts then; nil if there is none. The slots
// must be in order.
func ModesAt(slots []Slot, at time.Time) []Mode {
	i, found := slices.BinarySearchFunc(slots, at, func(s Slot, at time.Time) int { return s.StartsAt.Compare(at) })
	if !found {
		return nil
	}
	return slots[i].Modes
}
