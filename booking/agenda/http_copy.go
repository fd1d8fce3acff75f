package agenda

import (
	"net/http"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// copiedAtOnce is the maximum number of weeks to which a week is copied at once: as far as
// one can book.
const copiedAtOnce = 26

// copyPage shows the openings of a week, to copy them to others.
type copyPage struct {
	Form  *form.Form
	Week  slot.Week
	Lines []string // the openings of the week, in words
}

func (copyPage) Template() string { return "booking/copy_week" }
func (p copyPage) Title() string {
	return "Copier la semaine du " + web.Day(p.Week.Monday())
}

// sourceWeek decodes the week to copy, by its name or one of its days; without either it is
// the current one.
func sourceWeek(f *form.Form, now time.Time) slot.Week {
	if week, known := slot.ParseWeek(f.Hidden("week", len("2026-W01"))); known {
		return week
	}
	if day, err := time.Parse(time.DateOnly, f.Hidden("day", len(time.DateOnly))); err == nil {
		return slot.WeekOf(day)
	}
	return slot.WeekOf(now)
}

// copyPage returns the page of the week that the form names.
func (h *HTTP) copyPage(r *web.Request, f *form.Form) (copyPage, error) {
	zone, err := h.agendas.Zone(r.Context(), r.Viewer)
	if err != nil {
		return copyPage{}, err
	}
	week := sourceWeek(f, h.agendas.db.Now().In(zone))
	monday := week.MondayIn(zone)
	hours, err := h.agendas.Hours(r.Context(), r.Viewer, slot.Period{From: monday, To: monday.AddDate(0, 0, 7)})
	page := copyPage{Form: f, Week: week}
	for i := range 7 {
		day := week.Monday().AddDate(0, 0, i)
		for _, o := range hours.Openings {
			if o.Covers(day) {
				page.Lines = append(page.Lines, o.OnDay(day).When())
			}
		}
	}
	return page, err
}

// showCopy shows the openings of the week of the address.
func (h *HTTP) showCopy(w http.ResponseWriter, r *web.Request) error {
	page, err := h.copyPage(r, form.FromValues(r.URL.Query()))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// copyWeek copies the openings of a week to another, or to all weeks between two.
func (h *HTTP) copyWeek(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.copyPage(r, f)
	if err != nil {
		return err
	}
	first, last := h.agendas.Days()
	to := decodeWeeks(f, first, last)
	beside := form.Beside{errNothingToCopy: "to", errCopyOverlap: "to", ErrTooMany: "to", errOpeningMode: "to", worker.ErrNoPlace: "to"}
	if err := f.Save(beside, func() error { return h.agendas.CopyWeek(r.Context(), r.Viewer, page.Week, to...) }); err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", "/agenda?week="+to[0].String())
}

// decodeWeeks decodes the weeks from that of one day to that of another, or only the first.
func decodeWeeks(f *form.Form, first, last time.Time) []slot.Week {
	from := f.Date("to", first, last, "Indiquez un jour de la semaine d’arrivée.")
	until := from
	if f.Text("until", form.Text{Max: len(time.DateOnly)}) != "" {
		until = f.Date("until", first, last, "")
	}
	if !f.Valid() {
		return nil
	}
	var weeks []slot.Week
	for day := slot.WeekOf(from).Monday(); !day.After(until); day = day.AddDate(0, 0, 7) {
		weeks = append(weeks, slot.WeekOf(day))
	}
	switch {
	case len(weeks) == 0:
		f.Fail("until", "Cette semaine vient avant l’autre. Corrigez l’un des deux jours.")
	case len(weeks) > copiedAtOnce:
		f.Fail("until", "Copiez vers 26 semaines au plus à la fois. Choisissez un jour plus proche.")
	}
	return weeks
}
