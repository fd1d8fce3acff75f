package slot

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Contains reports whether the opening covers the whole of p, by the clocks in zone.
func (o Opening) Contains(p Period, zone *time.Location) bool {
	for day := range DaysOf(p, zone) {
		if o.Covers(day) && slices.ContainsFunc(o.stretches(day, zone), p.Inside) {
			return true
		}
	}
	return false
}

// Clashes reports whether two openings of one kind overlap on some day.
func (o Opening) Clashes(p Opening) bool {
	sameDays := o.ID != p.ID && o.Weekday == p.Weekday && !endsBefore(o, p) && !endsBefore(p, o) && !o.alternates(p)
	return sameDays && o.Starts < p.Ends && p.Starts < o.Ends
}

// Alternate reports whether a weekly opening holds every other week only.
func (o Opening) Alternate() bool { return o.Weekday > 0 && o.Every > 1 }

// inTurn reports whether the opening holds in the week of that day.
func (o Opening) inTurn(day time.Time) bool {
	return !o.Alternate() || weeksApart(o.FirstDay, day)%o.Every == 0
}

// alternates reports whether two openings hold in different weeks.
func (o Opening) alternates(p Opening) bool {
	return o.Alternate() && p.Alternate() && !o.inTurn(p.FirstDay)
}

// weeksApart counts the weeks from the week of one calendar day to that of another.
func weeksApart(a, b time.Time) int {
	monday := func(day time.Time) time.Time { return day.AddDate(0, 0, 1-Weekday(day)) }
	return int(monday(b).Sub(monday(a)).Abs() / (7 * 24 * time.Hour))
}

func endsBefore(a, b Opening) bool { return !a.LastDay.IsZero() && a.LastDay.Before(b.FirstDay) }

// SameHours reports whether two openings have the same hours, modes and place, on whichever
// day.
func (o Opening) SameHours(p Opening) bool {
	return o.Starts == p.Starts && o.Ends == p.Ends && o.Place == p.Place && slices.Equal(o.Modes, p.Modes)
}

// OnDay is a new opening with the same hours on that calendar day alone.
func (o Opening) OnDay(day time.Time) Opening {
	return Opening{Every: 1, FirstDay: day, LastDay: day, Starts: o.Starts, Ends: o.Ends, Modes: slices.Clone(o.Modes), Place: o.Place}
}

// Values returns the initial values of the form of an opening.
func (o Opening) Values() url.Values {
	v := url.Values{"weekday": {strconv.Itoa(o.Weekday)}, "every": {strconv.Itoa(max(1, o.Every))}, "first_day": {DayInput(o.FirstDay)}, "last_day": {DayInput(o.LastDay)},
		"starts": {timeInput(o.Starts)}, "ends": {timeInput(o.Ends)}}
	for _, mode := range o.Modes {
		v.Add("modes", string(mode))
	}
	if o.Place != uuid.Nil {
		v.Set("place", o.Place.String())
	}
	return v
}

// WeekdayOptions are the days of an opening to choose from, Monday first; the last is one day alone.
var WeekdayOptions = []form.Option{{Value: "1", Label: "Chaque lundi"}, {Value: "2", Label: "Chaque mardi"}, {Value: "3", Label: "Chaque mercredi"}, {Value: "4", Label: "Chaque jeudi"},
	{Value: "5", Label: "Chaque vendredi"}, {Value: "6", Label: "Chaque samedi"}, {Value: "7", Label: "Chaque dimanche"}, {Value: "0", Label: "Un seul jour"}}

// DayOptions are WeekdayOptions for several days at once.
var DayOptions = []form.Option{{Value: "1", Label: "Lundi"}, {Value: "2", Label: "Mardi"}, {Value: "3", Label: "Mercredi"}, {Value: "4", Label: "Jeudi"},
	{Value: "5", Label: "Vendredi"}, {Value: "6", Label: "Samedi"}, {Value: "7", Label: "Dimanche"}, {Value: "0", Label: "Un seul jour, celui de la date"}}

// EveryOptions are how often a weekly opening holds.
var EveryOptions = []form.Option{{Value: "1", Label: "Chaque semaine"}, {Value: "2", Label: "Une semaine sur deux"}}

// When describes the opening: "Chaque mardi, de 9 h à 12 h", "Un mardi sur deux, de 9 h à 12 h".
func (o Opening) When() string {
	day := "Le " + web.Day(o.FirstDay)
	switch {
	case o.Alternate():
		day = "Un " + web.Small(DayOptions[o.Weekday-1].Label) + " sur deux"
	case o.Weekday > 0:
		day = WeekdayOptions[o.Weekday-1].Label
	}
	return day + ", " + FromTo(o.Starts, o.Ends)
}

// FromTo formats two minutes of the day: "de 9 h à 12 h".
func FromTo(starts, ends int) string { return fmt.Sprintf("de %s à %s", Clock(starts), Clock(ends)) }

// Clock formats a minute of the day: "9 h 30".
func Clock(minute int) string {
	if minute == 24*60 {
		return "24\u00a0h"
	}
	return web.Hour(time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC))
}

// timeInput formats a minute of the day for a time input; midnight at the end of a day is
// 00:00.
func timeInput(minute int) string {
	return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60)
}

// DayInput formats a calendar day for a date input.
func DayInput(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}
