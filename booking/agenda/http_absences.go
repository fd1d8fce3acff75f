package agenda

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// absencesPage lists a worker's absences, with the forms for a single absence and for one
// that repeats every week.
type absencesPage struct {
	Form       *form.Form
	WeeklyForm *form.Form
	Absences   []Absence
	Weekly     []WeeklyAbsence
	Weekdays   []form.Option
	Zone       *time.Location
	Booked     []appointment.Appointment // who is booked in the absence
	Period     slot.Period               // from the first of these hours to the last
}

func (absencesPage) Template() string { return "booking/absences" }
func (absencesPage) Title() string    { return "Absences" }
func (absencesPage) Styles() []string { return []string{"agenda.css"} }

// Cancelling is the address at which all appointments in the absence can be cancelled.
func (p absencesPage) Cancelling() string {
	return "/agenda/annulations?" + url.Values{"from": {p.Period.From.UTC().Format(time.RFC3339)}, "to": {p.Period.To.UTC().Format(time.RFC3339)}}.Encode()
}

// When describes an absence: "Chaque mardi, de 12 h à 14 h".
func (w WeeklyAbsence) When() string {
	return slot.WeekdayOptions[w.Weekday-1].Label + ", " + slot.FromTo(w.Starts, w.Ends)
}

// ReopenOptions answer the question whether the hours of cancelled appointments stay open.
var ReopenOptions = []form.Option{
	{Value: "no", Label: "Non\u00a0: personne d’autre n’y prend rendez-vous"},
	{Value: "yes", Label: "Oui\u00a0: quelqu’un d’autre peut y prendre rendez-vous"},
}

// Reopens decodes the answer. Without one the hours are closed (R20).
func Reopens(f *form.Form) bool {
	if f.Hidden("reopen", len("yes")) == "yes" {
		return true
	}
	f.Set("reopen", "no")
	return false
}

func (h *HTTP) absencesPage(r *web.Request, one, weekly *form.Form) (absencesPage, error) {
	v := r.Viewer
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return absencesPage{}, err
	}
	page := absencesPage{Form: one, WeeklyForm: weekly, Weekdays: slot.WeekdayOptions[:7], Zone: zone}
	if page.Absences, err = h.agendas.Absences(r.Context(), v); err != nil {
		return absencesPage{}, err
	}
	page.Weekly, err = h.agendas.WeeklyAbsences(r.Context(), v)
	return page, err
}

// newWeekly returns the initial form for a weekly absence.
func (h *HTTP) newWeekly() *form.Form {
	return form.New(map[string]string{"weekly_first_day": slot.DayInput(slot.CalendarDay(h.agendas.db.Now()))})
}

// absences lists the viewer's absences, with the forms for another.
func (h *HTTP) absences(w http.ResponseWriter, r *web.Request) error {
	page, err := h.absencesPage(r, form.New(nil), h.newWeekly())
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) decodeAbsence(f *form.Form, zone *time.Location) slot.Period {
	first, last := h.agendas.Days()
	from := f.Date("first_day", first, last, "Indiquez le premier jour.")
	to := f.Date("last_day", first, last, "Indiquez le dernier jour.")
	starts, ends := 0, 24*60
	if f.Text("starts", form.Text{Max: 8}) != "" {
		starts = decodeClock(f, "starts", "Écrivez l’heure comme 9\u00a0h, ou laissez ce champ vide pour la journée entière.")
	}
	if f.Text("ends", form.Text{Max: 8}) != "" {
		ends = decodeClock(f, "ends", "Écrivez l’heure comme 12\u00a0h\u00a030, ou laissez ce champ vide pour la journée entière.")
	}
	if !f.Valid() {
		return slot.Period{}
	}
	start, end := slot.WallClock(from, starts, zone), slot.WallClock(to, ends, zone)
	if !start.Before(end) {
		f.Fail("last_day", "L’absence finit avant de commencer. Corrigez l’un des deux jours.")
	}
	return slot.Period{From: start, To: end}
}

// addAbsence adds an absence.
func (h *HTTP) addAbsence(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return err
	}
	absence := h.decodeAbsence(f, zone)
	if f.Valid() {
		err = h.agendas.AddAbsence(r.Context(), v, absence, f.Ticked("anyway"))
	}
	page, broken := h.absencesPage(r, f, h.newWeekly())
	if broken != nil {
		return broken
	}
	page.Period = absence
	return answerAbsence(w, r, f, "first_day", page, err)
}

// answerAbsence answers a new absence. It shows the page again if something must be
// corrected or confirmed.
func answerAbsence(w http.ResponseWriter, r *web.Request, f *form.Form, field string, page absencesPage, err error) error {
	var booked *StillBooked
	switch {
	case errors.As(err, &booked):
		page.Booked = booked.Appointments
		return fault.WithPage(booked, page)
	case errors.Is(err, ErrTooMany):
		f.Fail(field, ErrTooMany.Message)
	case err != nil:
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", "/agenda/absences")
}

// decodeWeekly decodes a weekly absence. Its fields have other names than those of a
// single absence, so that each message appears at its own form.
func (h *HTTP) decodeWeekly(f *form.Form) WeeklyAbsence {
	first, last := h.agendas.Days()
	w := WeeklyAbsence{Weekday: 1}
	if weekday := f.Choice("weekly_weekday", form.Values(slot.WeekdayOptions[:7]), "Choisissez un jour."); weekday != "" {
		w.Weekday = int(weekday[0] - '0')
	}
	w.Starts = decodeClock(f, "weekly_starts", "Indiquez l’heure de début, par exemple 12\u00a0h.")
	w.Ends = decodeClock(f, "weekly_ends", "Indiquez l’heure de fin, par exemple 14\u00a0h.")
	w.FirstDay = f.Date("weekly_first_day", first, last, "Indiquez à partir de quel jour.")
	if f.Text("weekly_last_day", form.Text{Max: 10}) != "" {
		w.LastDay = f.Date("weekly_last_day", w.FirstDay, last, "")
	}
	if w.Ends == 0 && f.Error("weekly_ends") == "" {
		w.Ends = 24 * 60 // midnight ends a day, it does not begin it
	}
	if f.Valid() && w.Ends <= w.Starts {
		f.Fail("weekly_ends", "L’absence finit avant de commencer. Choisissez une fin plus tardive, le même jour.")
	}
	if f.Valid() && !everCovers(slot.Opening{Weekday: w.Weekday, FirstDay: w.FirstDay, LastDay: w.LastDay}) {
		f.Fail("weekly_last_day", "Ce jour de la semaine ne vient pas entre ces deux dates. Choisissez une date plus tardive.")
	}
	return w
}

// addWeeklyAbsence adds a weekly absence.
func (h *HTTP) addWeeklyAbsence(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	absence := h.decodeWeekly(f)
	var err error
	if f.Valid() {
		err = h.agendas.AddWeeklyAbsence(r.Context(), r.Viewer, absence, f.Ticked("anyway"))
	}
	page, broken := h.absencesPage(r, form.New(nil), f)
	if broken != nil {
		return broken
	}
	return answerAbsence(w, r, f, "weekly_weekday", page, err)
}

// removeAbsence deletes an absence.
func (h *HTTP) removeAbsence(w http.ResponseWriter, r *web.Request) error {
	return removeAbsence(w, r, h.agendas.RemoveAbsence)
}

// removeWeeklyAbsence deletes a weekly absence.
func (h *HTTP) removeWeeklyAbsence(w http.ResponseWriter, r *web.Request) error {
	return removeAbsence(w, r, h.agendas.RemoveWeeklyAbsence)
}

func removeAbsence(w http.ResponseWriter, r *web.Request, remove func(context.Context, *viewer.Viewer, uuid.UUID) error) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := remove(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "deleted", "/agenda/absences")
}
