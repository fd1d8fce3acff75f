package booking

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// weekPage is a worker's week (R41).
type weekPage struct {
	Week     isoWeek
	Days     []weekDay
	Previous string
	Next     string
	Empty    bool // no opening at all: nobody can book
	Standing Standing
}

type weekDay struct {
	Day          time.Time
	Today        bool
	Appointments []Appointment
}

func (weekPage) Template() string { return "booking/week" }
func (weekPage) Title() string    { return "Agenda" }
func (weekPage) Wide() bool       { return true }

// Week shows the viewer's week.
func (h *HTTP) Week(w http.ResponseWriter, r *http.Request) error {
	v, now := viewer.From(r.Context()), h.bookings.db.Now()
	zone, err := h.bookings.Zone(r.Context(), v)
	if err != nil {
		return err
	}
	week, known := parseWeek(r.URL.Query().Get("week"))
	if !known {
		week = weekOf(now.In(zone))
	}
	monday := week.monday(zone)
	booked, err := h.bookings.Week(r.Context(), v, Period{monday, monday.AddDate(0, 0, 7)})
	if err != nil {
		return err
	}
	openings, err := h.bookings.Openings(r.Context(), v)
	if err != nil {
		return err
	}
	standing, err := h.bookings.Standing(r.Context(), v, v.ID)
	if err != nil {
		return err
	}
	page := weekPage{Week: week, Standing: standing, Previous: weekOf(monday.AddDate(0, 0, -7)).String(), Next: weekOf(monday.AddDate(0, 0, 7)).String(), Empty: len(openings) == 0}
	for i := range 7 {
		page.Days = append(page.Days, weekDayOf(monday.AddDate(0, 0, i), booked, now.In(zone)))
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func weekDayOf(midnight time.Time, booked []Appointment, now time.Time) weekDay {
	day := weekDay{Day: midnight, Today: calendarDay(midnight).Equal(calendarDay(now))}
	for _, a := range booked {
		if calendarDay(a.StartsAt.In(midnight.Location())).Equal(calendarDay(midnight)) {
			a.StartsAt = a.StartsAt.In(midnight.Location())
			day.Appointments = append(day.Appointments, a)
		}
	}
	return day
}

type openingsPage struct {
	Form     *form.Form
	Openings []Opening
	Modes    []option
	Weekdays []option
}

func (openingsPage) Template() string { return "booking/openings" }
func (openingsPage) Title() string    { return "Plages d’ouverture" }

var weekdayOptions = []option{{"1", "Chaque lundi"}, {"2", "Chaque mardi"}, {"3", "Chaque mercredi"}, {"4", "Chaque jeudi"},
	{"5", "Chaque vendredi"}, {"6", "Chaque samedi"}, {"7", "Chaque dimanche"}, {"0", "Un seul jour"}}

// When says an opening as a person would: "Chaque mardi, de 9 h à 12 h".
func (o Opening) When() string {
	day := "Le " + web.Day(o.FirstDay)
	if o.Weekday > 0 {
		day = weekdayOptions[o.Weekday-1].Label
	}
	return fmt.Sprintf("%s, de %s à %s", day, clock(o.Starts), clock(o.Ends))
}

func clock(minute int) string {
	return web.Hour(time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC))
}

func (h *HTTP) openingsPage(r *http.Request, f *form.Form) (openingsPage, error) {
	openings, err := h.bookings.Openings(r.Context(), viewer.From(r.Context()))
	return openingsPage{Form: f, Openings: openings, Modes: modeOptions(Modes), Weekdays: weekdayOptions}, err
}

// Openings lists the viewer's openings, with the form for another.
func (h *HTTP) Openings(w http.ResponseWriter, r *http.Request) error {
	zone, err := h.bookings.Zone(r.Context(), viewer.From(r.Context()))
	if err != nil {
		return err
	}
	today := h.bookings.db.Now().In(zone).Format(time.DateOnly)
	page, err := h.openingsPage(r, form.New(map[string]string{"first_day": today}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// The days between which an agenda may be edited.
func (h *HTTP) agendaDays() (first, last time.Time) {
	today := calendarDay(h.bookings.db.Now())
	return today.AddDate(0, 0, -1), today.AddDate(5, 0, 0)
}

func (h *HTTP) decodeOpening(f *form.Form) Opening {
	first, last := h.agendaDays()
	weekday := f.Choice("weekday", values(weekdayOptions), "Choisissez un jour.")
	o := Opening{
		FirstDay: f.Date("first_day", first, last, "Indiquez à partir de quel jour."),
		Starts:   decodeClock(f, "starts", "Indiquez l’heure de début, par exemple 09:00."),
		Ends:     decodeClock(f, "ends", "Indiquez l’heure de fin, par exemple 12:00."),
	}
	if weekday != "" {
		o.Weekday = int(weekday[0] - '0')
	}
	if f.Text("last_day", form.Text{Max: 10}) != "" {
		o.LastDay = f.Date("last_day", o.FirstDay, last, "")
	}
	if o.Weekday == 0 {
		o.LastDay = o.FirstDay
	}
	if o.Ends == 0 && f.Error("ends") == "" {
		o.Ends = 24 * 60 // midnight ends a day, it does not begin it
	}
	for _, mode := range f.Choices("modes", values(modeOptions(Modes)), "Choisissez au moins une façon de parler.") {
		o.Modes = append(o.Modes, Mode(mode))
	}
	if f.Error("starts") == "" && f.Error("ends") == "" && o.Ends < o.Starts+60 {
		f.Fail("ends", "Une plage dure une heure au moins, le même jour. Choisissez une fin plus tardive.")
	}
	return o
}

// decodeClock decodes the value of a time input into minutes since midnight.
func decodeClock(f *form.Form, name, required string) int {
	value := f.Text(name, form.Text{Max: 8, Required: required})
	at, err := time.Parse("15:04", value)
	if value != "" && err != nil {
		f.Fail(name, required)
	}
	return at.Hour()*60 + at.Minute()
}

// AddOpening adds an opening.
func (h *HTTP) AddOpening(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	opening := h.decodeOpening(f)
	if f.Valid() {
		err = h.bookings.AddOpening(r.Context(), viewer.From(r.Context()), opening)
		if errors.Is(err, errOpeningOverlap) {
			f.Fail("starts", errOpeningOverlap.Message)
		} else if errors.Is(err, errOpeningMode) {
			f.Fail("modes", errOpeningMode.Message)
		} else if err != nil {
			return err
		}
	}
	if !f.Valid() {
		page, err := h.openingsPage(r, f)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	web.Flash(w, "saved")
	return web.See(w, r, "/agenda/ouvertures")
}

// RemoveOpening takes an opening away.
func (h *HTTP) RemoveOpening(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.bookings.RemoveOpening(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "deleted")
	return web.See(w, r, "/agenda/ouvertures")
}

type absencesPage struct {
	Form     *form.Form
	Absences []Absence
	Zone     *time.Location
}

func (absencesPage) Template() string { return "booking/absences" }
func (absencesPage) Title() string    { return "Absences" }

func (h *HTTP) absencesPage(r *http.Request, f *form.Form) (absencesPage, error) {
	v := viewer.From(r.Context())
	zone, err := h.bookings.Zone(r.Context(), v)
	if err != nil {
		return absencesPage{}, err
	}
	absences, err := h.bookings.Absences(r.Context(), v)
	return absencesPage{Form: f, Absences: absences, Zone: zone}, err
}

// Absences lists the viewer's absences, with the form for another.
func (h *HTTP) Absences(w http.ResponseWriter, r *http.Request) error {
	page, err := h.absencesPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) decodeAbsence(f *form.Form, zone *time.Location) Period {
	first, last := h.agendaDays()
	from := f.Date("first_day", first, last, "Indiquez le premier jour.")
	to := f.Date("last_day", first, last, "Indiquez le dernier jour.")
	starts, ends := 0, 24*60
	if f.Text("starts", form.Text{Max: 8}) != "" {
		starts = decodeClock(f, "starts", "Écrivez l’heure comme 09:00, ou laissez ce champ vide pour la journée entière.")
	}
	if f.Text("ends", form.Text{Max: 8}) != "" {
		ends = decodeClock(f, "ends", "Écrivez l’heure comme 12:00, ou laissez ce champ vide pour la journée entière.")
	}
	if !f.Valid() {
		return Period{}
	}
	start, _ := wallClock(from, starts, zone)
	end, _ := wallClock(to, ends, zone)
	if !start.Before(end) {
		f.Fail("last_day", "L’absence finit avant de commencer. Corrigez l’un des deux jours.")
	}
	return Period{start, end}
}

// AddAbsence adds an absence.
func (h *HTTP) AddAbsence(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	v := viewer.From(r.Context())
	zone, err := h.bookings.Zone(r.Context(), v)
	if err != nil {
		return err
	}
	absence := h.decodeAbsence(f, zone)
	if f.Valid() {
		err = h.bookings.AddAbsence(r.Context(), v, absence)
		if fault.Is(err, fault.Invalid) {
			f.Fail("first_day", fault.From(err).Message)
		} else if err != nil {
			return err
		}
	}
	if !f.Valid() {
		page, err := h.absencesPage(r, f)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	web.Flash(w, "saved")
	return web.See(w, r, "/agenda/absences")
}

// RemoveAbsence takes an absence away.
func (h *HTTP) RemoveAbsence(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.bookings.RemoveAbsence(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "deleted")
	return web.See(w, r, "/agenda/absences")
}
