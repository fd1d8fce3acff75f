package booking

import (
	"fmt"
	"net/url"
	"time"

	"socialdirect/booking/slot"
)

// asked is which part of an agenda an address asks for; what is not well written asks
// for nothing.
type asked struct {
	week  string // 2026-W48
	month string // 2026-12
	day   string // 2026-12-01, which is in that week
}

// weekIn is the week that is asked for, or the first with a free hour of the month
// that is.
func (a asked) weekIn(free []slot.Slot, zone *time.Location) string {
	first, err := time.ParseInLocation(monthFormat, a.month, zone)
	if a.week != "" || err != nil {
		return a.week
	}
	for _, hour := range free {
		if at := hour.StartsAt.In(zone); at.Format(monthFormat) == a.month {
			return slot.WeekOf(at).String()
		}
	}
	return slot.WeekOf(first).String()
}

const monthFormat = "2006-01"

// monthStrip is a month of an agenda: which of its days have room.
type monthStrip struct {
	First    time.Time // the first midnight, in the reader's zone; zero when the month is not shown
	Days     []monthDay
	Previous string // the month before, empty when it is past
	Next     string // empty beyond the horizon
}

func (m monthStrip) String() string { return m.First.Format(monthFormat) }

// Shown reports whether there is anything to show: beyond the horizon there is not.
func (m monthStrip) Shown() bool { return !m.First.IsZero() }

// Column is where its days begin in a week: 1 is Monday.
func (m monthStrip) Column() int { return slot.Weekday(m.Days[0].Day) }

// monthDay is one day of a month.
type monthDay struct {
	slotDay
	Week   slot.Week
	Chosen bool
}

// Date is the day as addresses name it.
func (d slotDay) Date() string { return d.Day.Format(time.DateOnly) }

// Short is the day's name in two letters.
func (d monthDay) Short() string {
	return [...]string{"lu", "ma", "me", "je", "ve", "sa", "di"}[slot.Weekday(d.Day)-1]
}

// turn opens the month of the week that is shown, or of the day that was chosen in it.
func (p *slotsPage) turn(a asked, free []slot.Slot, now time.Time) {
	day, err := time.ParseInLocation(time.DateOnly, a.day, p.Reader)
	if err == nil && slot.WeekOf(day) == p.Week {
		p.Chosen = day
	}
	first := p.monthOf(a)
	this := firstOfMonth(now.In(p.Reader))
	last := firstOfMonth(now.Add(slot.Horizon).In(p.Reader))
	if first.Before(this) || first.After(last) {
		return
	}
	p.Month.First = first
	from := first
	if first.Equal(this) {
		from = midnight(now.In(p.Reader)) // what is past helps nobody
	}
	for day := from; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		p.Month.Days = append(p.Month.Days, monthDay{slotDay: p.day(day, free), Week: slot.WeekOf(day), Chosen: day.Equal(p.Chosen)})
	}
	if first.After(this) {
		p.Month.Previous = first.AddDate(0, -1, 0).Format(monthFormat)
	}
	if first.Before(last) {
		p.Month.Next = first.AddDate(0, 1, 0).Format(monthFormat)
	}
}

// monthOf is the first midnight of the month that goes with the week: that of the
// chosen day, the one that is asked for, or that of the week's first day with room.
func (p *slotsPage) monthOf(a asked) time.Time {
	if !p.Chosen.IsZero() {
		return firstOfMonth(p.Chosen)
	}
	if first, err := time.ParseInLocation(monthFormat, a.month, p.Reader); err == nil && a.week == "" {
		return first
	}
	for _, day := range p.Days {
		if len(day.Slots) > 0 {
			return firstOfMonth(day.Day)
		}
	}
	return firstOfMonth(p.Week.MondayIn(p.Reader).AddDate(0, 0, 3))
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func firstOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

// InMonth is the address of another month in the same mode.
func (p slotsPage) InMonth(month string) string {
	return fmt.Sprintf("/assistants/%s?month=%s&mode=%s", p.Worker.ID, month, p.Mode)
}

// OnDay is the address of a day of the month, at its hours.
func (p slotsPage) OnDay(d monthDay) string {
	query := url.Values{"week": {d.Week.String()}, "mode": {string(p.Mode)}, "day": {d.Date()}}
	return fmt.Sprintf("/assistants/%s?%s#jour-%s", p.Worker.ID, query.Encode(), d.Date())
}

// IsChosen reports whether it is the day that was chosen.
func (p slotsPage) IsChosen(d slotDay) bool { return !p.Chosen.IsZero() && d.Day.Equal(p.Chosen) }
