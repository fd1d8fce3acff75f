package booking

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// openingPage is one opening to change or remove: every week, or, where the week
// showed it on a day, on that day alone.
type openingPage struct {
	Opening  slot.Opening
	Day      time.Time // zero: the opening as a whole
	Form     *form.Form
	Modes    []form.Option
	Weekdays []form.Option
	Scopes   []form.Option
	Places   []form.Option             // where there is a choice
	Booked   []appointment.Appointment // what the change would leave outside
	Removing bool                      // it was to be removed
	Zone     *time.Location
}

func (openingPage) Template() string { return "booking/opening" }
func (openingPage) Title() string    { return "Plage d’ouverture" }
func (openingPage) Styles() []string { return []string{"agenda.css"} }

// DayOnly reports whether a day alone can be changed.
func (p openingPage) DayOnly() bool { return !p.Day.IsZero() }

// At is the page's address for links back to it.
func (p openingPage) At() string { return "/agenda/ouvertures/" + p.Opening.ID.String() }

// openingPage reads the opening that the path names; day is asked for, and counts
// where the opening is a weekly one that holds on it.
func (h *HTTP) openingPage(r *http.Request, day time.Time) (openingPage, error) {
	id, err := form.PathID(r, "id")
	if err != nil {
		return openingPage{}, err
	}
	v := viewer.From(r.Context())
	o, err := h.bookings.Opening(r.Context(), v, id)
	if err != nil {
		return openingPage{}, err
	}
	zone, err := h.bookings.Zone(r.Context(), v)
	if err != nil {
		return openingPage{}, err
	}
	places, err := h.placeOptions(r)
	page := openingPage{Opening: o, Modes: slot.ModeOptions(slot.Modes), Weekdays: slot.WeekdayOptions, Places: places, Zone: zone}
	if o.Weekday > 0 && !day.IsZero() && o.Covers(day) {
		page.Day = day
		page.Scopes = []form.Option{{Value: "day", Label: "Seulement le " + web.Day(day)}, {Value: "all", Label: "Chaque semaine"}}
	}
	return page, err
}

// Opening shows one opening; the address may bring what was drawn in the week: the
// day it was moved to, and its new hours.
func (h *HTTP) Opening(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	day, _ := dayIn(query, "day")
	page, err := h.openingPage(r, day)
	if err != nil {
		return err
	}
	values := page.Opening.Values()
	if page.DayOnly() {
		values.Set("day", slot.DayInput(day))
		values.Set("moved_to", slot.DayInput(day))
	}
	moved(values, query, page)
	page.Form = form.Filled(values)
	return h.render.Render(w, r, http.StatusOK, page)
}

func moved(values, query url.Values, page openingPage) {
	if to, ok := dayIn(query, "to"); ok {
		values.Set("moved_to", slot.DayInput(to))
		if page.Opening.Weekday == 0 {
			values.Set("first_day", slot.DayInput(to))
		} else {
			values.Set("weekday", strconv.Itoa(slot.Weekday(to)))
		}
	}
	for _, name := range []string{"starts", "ends"} {
		if at := timeIn(query, name); at != "" {
			values.Set(name, at)
		}
	}
}

// ChangeOpening changes an opening, every week or on one day.
func (h *HTTP) ChangeOpening(w http.ResponseWriter, r *http.Request) error {
	f, page, err := h.parseOpening(r)
	if err != nil {
		return err
	}
	scope := "all"
	if page.DayOnly() {
		scope = f.Choice("scope", form.Values(page.Scopes), "Dites si vous changez chaque semaine, ou ce jour seulement.")
	}
	if scope == "day" {
		err = h.changeOneDay(r, f, page)
	} else {
		err = h.changeSeries(r, f, page)
	}
	return h.answerOpening(w, r, f, page, err)
}

// parseOpening reads a form about the opening that the path names.
func (h *HTTP) parseOpening(r *http.Request) (*form.Form, openingPage, error) {
	f, err := form.Parse(r)
	if err != nil {
		return nil, openingPage{}, err
	}
	day, _ := time.Parse(time.DateOnly, f.Hidden("day", len(time.DateOnly))) // no day is the opening as a whole
	page, err := h.openingPage(r, day)
	page.Form = f
	return f, page, err
}

func (h *HTTP) changeSeries(r *http.Request, f *form.Form, page openingPage) error {
	f.Hidden("moved_to", len(time.DateOnly))
	o := h.decodeOpening(f, page.Opening.FirstDay)
	o.ID = page.Opening.ID
	if err := h.failHoliday(r, f, "first_day", o); err != nil || !f.Valid() {
		return err
	}
	return h.bookings.ChangeOpening(r.Context(), viewer.From(r.Context()), o, f.Ticked("anyway"))
}

func (h *HTTP) changeOneDay(r *http.Request, f *form.Form, page openingPage) error {
	for _, name := range []string{"weekday", "first_day", "last_day"} {
		f.Hidden(name, len(time.DateOnly)) // of the other scope, kept as typed
	}
	first, last := h.agendaDays()
	o := slot.Opening{ID: page.Opening.ID, FirstDay: f.Date("moved_to", first, last, "Indiquez le jour.")}
	o.LastDay = o.FirstDay
	o.Starts, o.Ends = decodeHours(f)
	o.Modes, o.Place = decodeModes(f), decodeWhere(f)
	if err := h.failHoliday(r, f, "moved_to", o); err != nil || !f.Valid() {
		return err
	}
	return h.bookings.ChangeOpeningOn(r.Context(), viewer.From(r.Context()), page.Day, o, f.Ticked("anyway"))
}

// answerOpening answers a change of an opening: with its page again, where
// something is to be corrected or confirmed.
func (h *HTTP) answerOpening(w http.ResponseWriter, r *http.Request, f *form.Form, page openingPage, err error) error {
	var booked *StillBooked
	if errors.As(err, &booked) {
		page.Booked = booked.Appointments
		return fault.WithPage(booked, page)
	}
	if err := failOpening(f, err); err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	web.Flash(w, map[bool]string{false: "saved", true: "deleted"}[page.Removing])
	return web.See(w, r, "/agenda/ouvertures")
}

// RemoveOpening takes an opening away, or leaves one day out of it.
func (h *HTTP) RemoveOpening(w http.ResponseWriter, r *http.Request) error {
	f, page, err := h.parseOpening(r)
	if err != nil {
		return err
	}
	page.Removing = true
	v, anyway := viewer.From(r.Context()), f.Ticked("anyway")
	if f.Hidden("scope", len("day")) == "day" && page.DayOnly() {
		err = h.bookings.RemoveOpeningOn(r.Context(), v, page.Opening.ID, page.Day, anyway)
	} else {
		err = h.bookings.RemoveOpening(r.Context(), v, page.Opening.ID, anyway)
	}
	if err != nil {
		day, scope := f.Value("day"), f.Value("scope")
		page.Form = form.Filled(page.Opening.Values())
		page.Form.Set("day", day)
		page.Form.Set("moved_to", day)
		page.Form.Set("scope", scope)
	}
	return h.answerOpening(w, r, page.Form, page, err)
}
