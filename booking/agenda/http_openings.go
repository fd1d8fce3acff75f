package agenda

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// openingsPage lists a worker's openings, with the form for another. If an opening was
// drawn in the week, the form starts with its day and hours.
type openingsPage struct {
	Form     *form.Form
	Openings []slot.Opening
	Modes    []form.Option
	Weekdays []form.Option
	Every    []form.Option
	Places   []form.Option // where there is a choice
	Drawn    []form.Option // every week or that day alone, where a day was drawn
}

func (openingsPage) Template() string { return "booking/openings" }
func (openingsPage) Title() string    { return "Plages d’ouverture" }
func (openingsPage) Styles() []string { return []string{"agenda.css"} }

func (h *HTTP) openingsPage(r *web.Request, f *form.Form) (openingsPage, error) {
	openings, err := h.agendas.Openings(r.Context(), r.Viewer)
	if err != nil {
		return openingsPage{}, err
	}
	places, err := h.placeOptions(r)
	return openingsPage{Form: f, Openings: openings, Modes: slot.ModeOptions(slot.Modes), Weekdays: slot.DayOptions, Every: slot.EveryOptions, Places: places}, err
}

// placeOptions returns the viewer's places to choose from, or nil if there is only one.
func (h *HTTP) placeOptions(r *web.Request) ([]form.Option, error) {
	sheet, err := h.workers.SocialWorker(r.Context(), r.Viewer.ID)
	if err != nil || len(sheet.Places) < 2 {
		return nil, err
	}
	options := make([]form.Option, len(sheet.Places))
	for i, place := range sheet.Places {
		options[i] = form.Option{Value: place.ID.String(), Label: place.Name}
	}
	return options, nil
}

// decodeWhere decodes the place of an opening. Without the field it is the first place.
func decodeWhere(f *form.Form) uuid.UUID {
	value := f.Hidden("place", 36)
	if value == "" {
		return uuid.Nil
	}
	id, err := form.ParseID(value)
	if err != nil {
		f.Fail("place", worker.ErrNoPlace.Message)
	}
	return id
}

// openings lists the viewer's openings, with the form for another.
func (h *HTTP) openings(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	values := url.Values{"first_day": {slot.DayInput(slot.CalendarDay(h.agendas.db.Now().In(zone)))}}
	day, drawn := dayIn(query, "day")
	if drawn {
		values = url.Values{"first_day": {slot.DayInput(day)}, "day": {slot.DayInput(day)}, "starts": {timeIn(query, "starts")}, "ends": {timeIn(query, "ends")}}
		if values["modes"], err = h.usualModes(r); err != nil {
			return err
		}
	}
	page, err := h.openingsPage(r, form.Filled(values))
	if err != nil {
		return err
	}
	page.Drawn = drawnOptions(day)
	return h.render.Render(w, r, http.StatusOK, page)
}

// usualModes returns the modes that all of the viewer's openings have in common.
func (h *HTTP) usualModes(r *web.Request) ([]string, error) {
	openings, err := h.agendas.Openings(r.Context(), r.Viewer)
	if err != nil || len(openings) == 0 {
		return nil, err
	}
	var usual []string
	for _, mode := range openings[0].Modes {
		if !slices.ContainsFunc(openings, func(o slot.Opening) bool { return !slices.Contains(o.Modes, mode) }) {
			usual = append(usual, string(mode))
		}
	}
	return usual, nil
}

// drawnOptions asks whether what was drawn on a day is for every week.
func drawnOptions(day time.Time) []form.Option {
	if day.IsZero() {
		return nil
	}
	every := slot.WeekdayOptions[slot.Weekday(day)-1]
	return []form.Option{{Value: every.Value, Label: every.Label + " à partir de ce jour"}, {Value: "0", Label: "Seulement le " + web.Day(day)}}
}

// dayIn parses the calendar day in an address.
func dayIn(query url.Values, name string) (day time.Time, ok bool) {
	day, err := time.Parse(time.DateOnly, query.Get(name))
	return day, err == nil
}

// timeIn returns the time of day in an address, empty if there is none.
func timeIn(query url.Values, name string) string {
	if _, err := time.Parse("15:04", query.Get(name)); err != nil {
		return ""
	}
	return query.Get(name)
}

// The days between which an agenda may be edited.
func (s *Service) Days() (first, last time.Time) {
	today := slot.CalendarDay(s.db.Now())
	return today.AddDate(0, 0, -1), today.AddDate(5, 0, 0)
}

// decodeOpening decodes an opening on one weekday; one that began earlier may keep its
// first day.
func (h *HTTP) decodeOpening(f *form.Form, began time.Time) slot.Opening {
	weekday := f.Choice("weekday", form.Values(slot.WeekdayOptions), "Choisissez un jour.")
	return onWeekday(f, h.decodeSeries(f, began), weekday)
}

// decodeOpenings decodes openings of the same hours on one weekday or several.
func (h *HTTP) decodeOpenings(f *form.Form) []slot.Opening {
	weekdays := f.Choices("weekday", form.Values(slot.DayOptions), "Choisissez un jour.")
	if len(weekdays) == 1 {
		f.Set("weekday", weekdays[0])
	} else if slices.Contains(weekdays, "0") {
		f.Fail("weekday", "Choisissez des jours de la semaine, ou un seul jour.")
	}
	series := h.decodeSeries(f, time.Time{})
	all := make([]slot.Opening, len(weekdays))
	for i, weekday := range weekdays {
		all[i] = onWeekday(f, series, weekday)
	}
	return all
}

// decodeSeries decodes what openings of one form have in common.
func (h *HTTP) decodeSeries(f *form.Form, began time.Time) slot.Opening {
	first, last := h.agendas.Days()
	if !began.IsZero() && began.Before(first) {
		first = began
	}
	o := slot.Opening{Every: 1, FirstDay: f.Date("first_day", first, last, "Indiquez à partir de quel jour.")}
	if f.Sent("every") && f.Choice("every", form.Values(slot.EveryOptions), "Choisissez dans la liste.") == "2" {
		o.Every = 2
	}
	o.Starts, o.Ends = decodeHours(f)
	if f.Text("last_day", form.Text{Max: 10}) != "" {
		o.LastDay = f.Date("last_day", o.FirstDay, last, "")
	}
	o.Modes, o.Place = decodeModes(f), decodeWhere(f)
	return o
}

// onWeekday is the opening on that weekday, "0" for its first day alone.
func onWeekday(f *form.Form, o slot.Opening, weekday string) slot.Opening {
	if weekday != "" {
		o.Weekday = int(weekday[0] - '0')
	}
	if o.Weekday == 0 {
		o.LastDay, o.Every = o.FirstDay, 1
	}
	if f.Valid() && !everCovers(o) {
		f.Fail("last_day", "Ce jour de la semaine ne vient pas entre ces deux dates. Choisissez une date plus tardive.")
	}
	return o
}

// everCovers reports whether the opening covers any day.
func everCovers(o slot.Opening) bool {
	for i := range 14 {
		if o.Covers(o.FirstDay.AddDate(0, 0, i)) {
			return true
		}
	}
	return false
}

func decodeModes(f *form.Form) []slot.Mode {
	return slot.ParseModes(f.Choices("modes", form.Values(slot.ModeOptions(slot.Modes)), "Choisissez au moins une façon de parler."))
}

// decodeHours decodes the start and the end, on one day.
func decodeHours(f *form.Form) (starts, ends int) {
	starts = decodeClock(f, "starts", "Indiquez l’heure de début, par exemple 9\u00a0h.")
	ends = decodeClock(f, "ends", "Indiquez l’heure de fin, par exemple 12\u00a0h.")
	if ends == 0 && f.Error("ends") == "" {
		ends = 24 * 60 // midnight ends a day, it does not begin it
	}
	if f.Error("starts") == "" && f.Error("ends") == "" && ends < starts+60 {
		f.Fail("ends", "Une plage dure une heure au moins, le même jour. Choisissez une fin plus tardive.")
	}
	return starts, ends
}

// decodeClock decodes the value of a time input into minutes since midnight. Where a browser
// has no such input, people type "9 h" or "9 h 30".
func decodeClock(f *form.Form, name, required string) int {
	value := f.Text(name, form.Text{Max: 8, Required: required})
	at, err := parseClock(value)
	if value != "" && err != nil {
		f.Fail(name, required)
	}
	return at.Hour()*60 + at.Minute()
}

func parseClock(value string) (time.Time, error) {
	typed := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "h", ":", "H", ":").Replace(value)
	if strings.HasSuffix(typed, ":") {
		typed += "00"
	}
	return time.Parse("15:04", typed)
}

// addOpening adds an opening.
func (h *HTTP) addOpening(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	f.Hidden("day", len(time.DateOnly))
	all := h.decodeOpenings(f)
	if len(all) == 1 {
		if err := h.failHoliday(r, f, "first_day", all[0]); err != nil {
			return err
		}
	}
	err := f.Save(besideOpening, func() error { return h.agendas.AddOpening(r.Context(), r.Viewer, all...) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		page, err := h.openingsPage(r, f)
		if err != nil {
			return err
		}
		if day, err := time.Parse(time.DateOnly, f.Value("day")); err == nil {
			page.Drawn = drawnOptions(day)
		}
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", "/agenda/ouvertures")
}

// besideOpening maps the faults of an opening to the fields at which they appear.
var besideOpening = form.Beside{errOpeningOverlap: "starts", errOpeningMode: "modes", worker.ErrNoPlace: "place", ErrTooMany: "weekday"}

// failHoliday refuses an opening for a single day that is a holiday of the worker: it
// would offer nothing.
func (h *HTTP) failHoliday(r *web.Request, f *form.Form, field string, o slot.Opening) error {
	if !f.Valid() || o.Weekday != 0 {
		return nil
	}
	noon := o.FirstDay.Add(12 * time.Hour)
	holidays, err := h.agendas.Holidays(r.Context(), r.Viewer, slot.Period{From: noon.AddDate(0, 0, -1), To: noon.AddDate(0, 0, 1)})
	for _, day := range holidays {
		if day.Day.Equal(o.FirstDay) && !day.Open {
			f.Fail(field, fmt.Sprintf("Ce jour est férié (%s) et fermé dans votre agenda. Ouvrez-le d’abord dans vos réglages.", day.Name))
		}
	}
	return err
}

// openingPage is the form to change or remove one opening: as a whole, or on one day only
// if the week showed it on that day.
type openingPage struct {
	Opening  slot.Opening
	Day      time.Time // zero: the opening as a whole
	Form     *form.Form
	Modes    []form.Option
	Weekdays []form.Option
	Every    []form.Option
	Scopes   []form.Option
	Places   []form.Option             // where there is a choice
	Booked   []appointment.Appointment // appointments that the change would leave outside
	Removing bool                      // whether the opening is to be removed
	Zone     *time.Location
}

func (openingPage) Template() string { return "booking/opening" }
func (p openingPage) Title() string  { return "Plage d’ouverture, " + web.Small(p.Opening.When()) }
func (openingPage) Styles() []string { return []string{"agenda.css"} }

// DayOnly reports whether the opening can be changed on one day only.
func (p openingPage) DayOnly() bool { return !p.Day.IsZero() }

// At is the page's address for links back to it.
func (p openingPage) At() string { return "/agenda/ouvertures/" + p.Opening.ID.String() }

// openingPage reads the opening that the path names. The day is used if the opening is
// weekly and covers it.
func (h *HTTP) openingPage(r *web.Request, day time.Time) (openingPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return openingPage{}, err
	}
	v := r.Viewer
	o, err := h.agendas.Opening(r.Context(), v, id)
	if err != nil {
		return openingPage{}, err
	}
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return openingPage{}, err
	}
	places, err := h.placeOptions(r)
	page := openingPage{Opening: o, Modes: slot.ModeOptions(slot.Modes), Weekdays: slot.WeekdayOptions, Every: slot.EveryOptions, Places: places, Zone: zone}
	if o.Weekday > 0 && !day.IsZero() && o.Covers(day) {
		page.Day = day
		page.Scopes = []form.Option{{Value: "day", Label: "Seulement le " + web.Day(day)}, {Value: "all", Label: everyWeek(o)}}
	}
	return page, err
}

// everyWeek is the choice of all weeks of a weekly opening.
func everyWeek(o slot.Opening) string {
	if o.Alternate() {
		return "Toutes ses semaines"
	}
	return "Chaque semaine"
}

// opening shows one opening. The address may contain the day it was moved to in the week,
// and its new hours.
func (h *HTTP) opening(w http.ResponseWriter, r *web.Request) error {
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

// changeOpening changes an opening, every week or on one day.
func (h *HTTP) changeOpening(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.sentOpening(r, f)
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

// sentOpening returns the page of the opening that the path names, with the sent form.
func (h *HTTP) sentOpening(r *web.Request, f *form.Form) (openingPage, error) {
	day, _ := time.Parse(time.DateOnly, f.Hidden("day", len(time.DateOnly))) // no day is the opening as a whole
	page, err := h.openingPage(r, day)
	page.Form = f
	return page, err
}

func (h *HTTP) changeSeries(r *web.Request, f *form.Form, page openingPage) error {
	f.Hidden("moved_to", len(time.DateOnly))
	o := h.decodeOpening(f, page.Opening.FirstDay)
	o.ID = page.Opening.ID
	if err := h.failHoliday(r, f, "first_day", o); err != nil || !f.Valid() {
		return err
	}
	return h.agendas.ChangeOpening(r.Context(), r.Viewer, o, f.Ticked("anyway"))
}

func (h *HTTP) changeOneDay(r *web.Request, f *form.Form, page openingPage) error {
	for _, name := range []string{"weekday", "every", "first_day", "last_day"} {
		f.Hidden(name, len(time.DateOnly)) // of the other scope, kept as typed
	}
	first, last := h.agendas.Days()
	o := slot.Opening{ID: page.Opening.ID, FirstDay: f.Date("moved_to", first, last, "Indiquez le jour.")}
	o.LastDay = o.FirstDay
	o.Starts, o.Ends = decodeHours(f)
	o.Modes, o.Place = decodeModes(f), decodeWhere(f)
	if err := h.failHoliday(r, f, "moved_to", o); err != nil || !f.Valid() {
		return err
	}
	return h.agendas.ChangeOpeningOn(r.Context(), r.Viewer, page.Day, o, f.Ticked("anyway"))
}

// answerOpening answers a change of an opening. It shows the page again if something must
// be corrected or confirmed.
func (h *HTTP) answerOpening(w http.ResponseWriter, r *web.Request, f *form.Form, page openingPage, err error) error {
	var booked *StillBooked
	if errors.As(err, &booked) {
		page.Booked = booked.Appointments
		return fault.WithPage(booked, page)
	}
	if err := f.Refuse(err, besideOpening); err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, map[bool]string{false: "saved", true: "deleted"}[page.Removing], "/agenda/ouvertures")
}

// removeOpening deletes an opening, or skips it on one day.
func (h *HTTP) removeOpening(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.sentOpening(r, f)
	if err != nil {
		return err
	}
	page.Removing = true
	v, anyway := r.Viewer, f.Ticked("anyway")
	if f.Hidden("scope", len("day")) == "day" && page.DayOnly() {
		err = h.agendas.RemoveOpeningOn(r.Context(), v, page.Opening.ID, page.Day, anyway)
	} else {
		err = h.agendas.RemoveOpening(r.Context(), v, page.Opening.ID, anyway)
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
