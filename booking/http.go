package booking

import (
	"net/http"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the pages of this package.
type HTTP struct {
	bookings     *Service
	appointments *appointment.Service
	workers      *worker.Service
	agendas      *agenda.Service
	workerPages  *worker.HTTP
	render       *web.Renderer
	links        appointment.Links
}

// NewHTTP returns the pages; links tells the platform's own address, for
// calendar files.
func NewHTTP(bookings *Service, workers *worker.HTTP, render *web.Renderer, links appointment.Links) *HTTP {
	return &HTTP{bookings: bookings, appointments: bookings.appointments, workers: bookings.workers, agendas: bookings.agendas, workerPages: workers, render: render, links: links}
}

type workersPage struct {
	searchForm
	Workers  []Found
	Previous string // the address of the page before, empty when there is none
	Next     string
}

func (workersPage) Template() string { return "booking/workers" }
func (workersPage) Title() string    { return "Choisir une personne" }
func (workersPage) Styles() []string { return []string{"finding.css"} }
func (workersPage) Wide() bool       { return true }

// LanguageLabel is a language's name, for the template.
func (workersPage) LanguageLabel(tag string) string { return worker.LanguageLabel(tag) }

// Workers compares the profile sheets (R12).
func (h *HTTP) Workers(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	chosen, search, err := h.search(r, appointment.ForOneself(v), r.URL.Query())
	if err != nil {
		return err
	}
	page := workersPage{searchForm: chosen}
	var more bool
	if page.Workers, more, err = h.bookings.Find(r.Context(), v, search); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(page.Workers))
	for i, worker := range page.Workers {
		ids[i] = worker.ID
	}
	if err := h.workerPages.CountViews(r, ids...); err != nil {
		return err
	}
	page.Previous, page.Next = worker.Neighbours(r, search.Page, more)
	return h.render.Render(w, r, http.StatusOK, page)
}

// ICS is the appointment as a calendar file (R17).
func (h *HTTP) ICS(w http.ResponseWriter, r *http.Request) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rendez-vous.ics"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(calendar.CalendarFile(a, "PUBLISH", h.links.Appointment(a.ID), h.links.OrganizerAddress(), "", h.bookings.db.Now())))
	return err
}

func (h *HTTP) appointment(r *http.Request) (appointment.Appointment, error) {
	id, err := form.PathID(r, "id")
	if err != nil {
		return appointment.Appointment{}, err
	}
	return h.appointments.Appointment(r.Context(), viewer.From(r.Context()), id)
}
