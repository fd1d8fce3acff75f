package booking

import (
	"fmt"
	"net/url"
	"time"

	"socialdirect/booking/slot"
)

// agendaQuery is which part of an agenda the query of an address selects. A malformed value
// selects nothing.
type agendaQuery struct {
	week  string // 2026-W48
	month string // 2026-12
	day   string // 2026-12-01, a day of that week
}

// weekIn is the selected week, or the first week of the selected month with an available
// slot.
func (a agendaQuery) weekIn(available []slot.Slot, zone *time.Location) string {
	first, err := time.ParseInLocation(monthFormat, a.month, zone)
	if a.week != "" || err != nil {
		return a.week
	}
	for _, s := range available {
		if at := s.StartsAt.In(zone); at.Format(monthFormat) == a.month {
			return slot.WeekOf(at).String()
		}
	}
	return slot.WeekOf(first).String()
}

const monthFormat = "2006-01"

// monthStrip is a month of an agenda: which of its days have available slots.
type monthStrip struct {
	First    time.Time // the first midnight, in the reader's zone; zero if the month is not shown
	Days     []monthDay
	Previous string // the month before, empty if it is past
	Next     string // empty beyond the horizon
}

func (m monthStrip) String() string { return m.First.Format(monthFormat) }

// Shown reports whether the month is shown; beyond the horizon it is not.
func (m monthStrip) Shown() bool { return !m.First.IsZero() }

// Column is the column of its first day: 1 is Monday.
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

// fillMonth fills in the month of the shown week, or of the day that was chosen in it.
func (p *slotsPage) fillMonth(a agendaQuery, available []slot.Slot, now time.Time) {
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
		from = midnight(now.In(p.Reader)) // past days are not shown
	}
	for day := from; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		p.Month.Days = append(p.Month.Days, monthDay{slotDay: p.day(day, available), Week: slot.WeekOf(day), Chosen: day.Equal(p.Chosen)})
	}
	if first.After(this) {
		p.Month.Previous = first.AddDate(0, -1, 0).Format(monthFormat)
	}
	if first.Before(last) {
		p.Month.Next = first.AddDate(0, 1, 0).Format(monthFormat)
	}
}

// monthOf is the first midnight of the month to show: of the chosen day, the selected month,
// or the month of the week's first day with an available slot.
func (p *slotsPage) monthOf(a agendaQuery) time.Time {
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

// OnDay is the address of a day of the month, with its slots.
func (p slotsPage) OnDay(d monthDay) string {
	query := url.Values{"week": {d.Week.String()}, "mode": {string(p.Mode)}, "day": {d.Date()}}
	return fmt.Sprintf("/assistants/%s?%s#jour-%s", p.Worker.ID, query.Encode(), d.Date())
}

// IsChosen reports whether it is the day that was chosen.
func (p slotsPage) IsChosen(d slotDay) bool { return !p.Chosen.IsZero() && d.Day.Equal(p.Chosen) }
