package agenda

import (
	"net/http"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/web"
)

// weekPage is a worker's week (R41): a grid on wide screens, a list of days on narrow
// ones.
type weekPage struct {
	Week     slot.Week
	This     string // the current week
	Days     []weekDay
	Previous string
	Next     string
	Empty    bool // the worker has no opening, so that nobody can book
	From     int  // the first hour of the grid
	Until    int  // the hour at which it ends
	Requests []appointment.Appointment
	Today    *weekDay // in the current week, for narrow screens
	Zone     *time.Location
	Standing worker.Standing
}

type weekDay struct {
	Day     time.Time // midnight in the worker's zone
	Today   bool
	Past    bool
	Holiday *slot.Holiday
	Items   []weekItem
}

// weekItem is a part of a day from one minute to another.
type weekItem struct {
	Starts, Ends int
	Top          int // the first minute of it that the grid shows
	Opening      *slot.Opening
	Appointment  *appointment.Appointment // neither: an absence
	Elsewhere    bool                     // an absence read from another calendar
	Cancelled    bool                     // the hour of an appointment that the worker cancelled
	Covered      bool                     // an opening whose label is covered by another item
}

func (weekPage) Template() string  { return "booking/week" }
func (p weekPage) Title() string   { return "Agenda, semaine du " + web.Day(p.Week.Monday()) }
func (weekPage) Styles() []string  { return []string{"agenda.css"} }
func (weekPage) Wide() bool        { return true }
func (weekPage) Scripts() []string { return []string{"agenda/main.js"} }

// Hours are the hours that the grid shows.
func (p weekPage) Hours() []int {
	var all []int
	for hour := p.From; hour < p.Until; hour++ {
		all = append(all, hour)
	}
	return all
}

// Date is the day as addresses and forms write it.
func (d weekDay) Date() string { return d.Day.Format(time.DateOnly) }

// Appointments are the appointments of the day, in order.
func (d weekDay) Appointments() (all []*appointment.Appointment) {
	for _, item := range d.Items {
		if item.Appointment != nil {
			all = append(all, item.Appointment)
		}
	}
	return all
}

// Bookable reports whether the day may have an available slot.
func (d weekDay) Bookable() bool {
	return !d.Past && !d.Closed() && slices.ContainsFunc(d.Items, func(i weekItem) bool { return i.Opening != nil })
}

// Closed reports whether the day is a holiday on which the worker does not work.
func (d weekDay) Closed() bool { return d.Holiday != nil && !d.Holiday.Open }

// Booked reports whether there is an appointment on that day.
func (d weekDay) Booked() bool {
	return slices.ContainsFunc(d.Items, func(i weekItem) bool { return i.Appointment != nil })
}

// When describes the hours: "9 h – 12 h".
func (i weekItem) When() string   { return slot.Clock(i.Starts) + " – " + slot.Clock(i.Ends) }
func (i weekItem) Hour() int      { return i.Top / 60 }
func (i weekItem) Minute() int    { return i.Top % 60 / 5 * 5 }
func (i weekItem) EndHour() int   { return i.Ends / 60 }
func (i weekItem) EndMinute() int { return i.Ends % 60 / 5 * 5 }

// week shows the viewer's week.
func (h *HTTP) week(w http.ResponseWriter, r *web.Request) error {
	v, now := r.Viewer, h.agendas.db.Now()
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return err
	}
	this := slot.WeekOf(now.In(zone))
	week, known := slot.ParseWeek(r.URL.Query().Get("week"))
	if !known {
		week = this
	}
	monday := week.MondayIn(zone)
	span := slot.Period{From: monday, To: monday.AddDate(0, 0, 7)}
	booked, err := h.appointments.Week(r.Context(), v, span)
	if err != nil {
		return err
	}
	hours, err := h.agendas.Hours(r.Context(), v, span)
	if err != nil {
		return err
	}
	standing, err := h.workers.Standing(r.Context(), v, v.ID)
	if err != nil {
		return err
	}
	page := weekPage{Week: week, Standing: standing, This: this.String(), Zone: zone, Empty: len(hours.Openings) == 0,
		Previous: slot.WeekOf(monday.AddDate(0, 0, -7)).String(), Next: slot.WeekOf(monday.AddDate(0, 0, 7)).String()}
	if page.Requests, err = h.appointments.Requests(r.Context(), v); err != nil {
		return err
	}
	for i := range 7 {
		page.Days = append(page.Days, hours.day(monday.AddDate(0, 0, i), booked, now))
	}
	page.frame()
	if i := slices.IndexFunc(page.Days, func(d weekDay) bool { return d.Today }); i >= 0 {
		page.Today = &page.Days[i]
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// frame chooses the hours that the grid shows. Items that begin before them start at its
// top.
func (p *weekPage) frame() {
	p.From, p.Until = hoursShown(p.Days)
	for _, day := range p.Days {
		for i, item := range day.Items {
			day.Items[i].Top = item.Starts
			if item.Ends > 60*p.From {
				day.Items[i].Top = max(item.Starts, 60*p.From)
			}
		}
	}
}

// hoursShown returns working hours, extended to contain all items.
func hoursShown(days []weekDay) (from, until int) {
	from, until = 8, 19
	for _, day := range days {
		for _, item := range day.Items {
			if item.Opening == nil && item.Appointment == nil {
				continue // a day of absence says nothing about hours
			}
			from, until = min(from, item.Starts/60), max(until, (item.Ends+59)/60)
		}
	}
	return from, until
}

// day returns one day of the week: openings, absences and appointments, in order of time.
func (h Hours) day(midnight time.Time, booked []appointment.Appointment, now time.Time) weekDay {
	date := slot.CalendarDay(midnight)
	today := slot.CalendarDay(now.In(h.Zone))
	day := weekDay{Day: midnight, Today: date.Equal(today), Past: date.Before(today)}
	for _, holiday := range h.Holidays {
		if holiday.Day.Equal(date) {
			day.Holiday = &holiday
		}
	}
	for _, o := range h.Openings {
		if o.Covers(date) {
			day.Items = append(day.Items, weekItem{Starts: o.Starts, Ends: min(o.Ends, 24*60), Opening: &o})
		}
	}
	day.Items = append(day.Items, h.away(midnight)...)
	for _, a := range booked {
		if slot.CalendarDay(a.StartsAt.In(h.Zone)).Equal(date) {
			a.StartsAt = a.StartsAt.In(h.Zone)
			starts := a.StartsAt.Hour()*60 + a.StartsAt.Minute()
			day.Items = append(day.Items, weekItem{Starts: starts, Ends: min(starts+60, 24*60), Appointment: &a})
		}
	}
	slices.SortStableFunc(day.Items, func(a, b weekItem) int { return a.Starts - b.Starts })
	for i, opening := range day.Items {
		day.Items[i].Covered = opening.Opening != nil && slices.ContainsFunc(day.Items, opening.coveredBy)
	}
	return day
}

// coveredBy reports whether the other item covers the hour in which an opening is
// labelled.
func (i weekItem) coveredBy(other weekItem) bool {
	return other.Opening == nil && other.Starts < i.Starts+60 && other.Ends > i.Starts
}

// away returns the absences of the day.
func (h Hours) away(midnight time.Time) []weekItem {
	date, whole := slot.CalendarDay(midnight), slot.Period{From: midnight, To: midnight.AddDate(0, 0, 1)}
	var items []weekItem
	add := func(p slot.Period, item weekItem) {
		if p = slot.Clip(p, whole); p.From.Before(p.To) {
			item.Starts, item.Ends = minuteIn(whole, p.From), minuteIn(whole, p.To)
			items = append(items, item)
		}
	}
	for _, a := range h.Absences {
		add(slot.Period{From: a.From, To: a.To}, weekItem{Cancelled: a.Cancelled})
	}
	for _, p := range h.External {
		add(p, weekItem{Elsewhere: true})
	}
	for _, a := range h.Weekly {
		if slot.CoversDay(date, a.Weekday, a.FirstDay, a.LastDay) {
			items = append(items, weekItem{Starts: a.Starts, Ends: a.Ends})
		}
	}
	return items
}

// minuteIn returns the minute of the day that clocks show at an instant, 1440 at its end.
func minuteIn(day slot.Period, at time.Time) int {
	if !at.Before(day.To) {
		return 24 * 60
	}
	local := at.In(day.From.Location())
	return local.Hour()*60 + local.Minute()
}
