package booking

import (
	"net/http"
	"strconv"

	"socialdirect/booking/appointment"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the pages of this package.
type HTTP struct {
	bookings     *Service
	appointments *appointment.Service
	render       *web.Renderer
	links        appointment.Links
}

// NewHTTP returns the pages; links tells the platform's own address, for
// calendar files.
func NewHTTP(bookings *Service, render *web.Renderer, links appointment.Links) *HTTP {
	return &HTTP{bookings: bookings, appointments: bookings.appointments, render: render, links: links}
}

func reasonOptions(reasons []Reason) []form.Option {
	options := make([]form.Option, len(reasons))
	for i, reason := range reasons {
		options[i] = form.Option{Value: reason.Slug, Label: reason.Label}
	}
	return options
}

func languageOptions() []form.Option {
	options := make([]form.Option, len(Languages))
	for i, language := range Languages {
		options[i] = form.Option{Value: language.Tag, Label: language.Label}
	}
	return options
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
func (workersPage) LanguageLabel(tag string) string { return LanguageLabel(tag) }

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
	if err := h.look(r, ids...); err != nil {
		return err
	}
	page.Previous, page.Next = neighbours(r, search.Page, more)
	return h.render.Render(w, r, http.StatusOK, page)
}

// maxPage bounds how far a list is turned.
const maxPage = 1000

// pageNumber is the page of a list that the address asks for, 0 for the first.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > maxPage {
		return 0
	}
	return n - 1
}

// neighbours are the addresses of the pages before and after.
func neighbours(r *http.Request, page int, more bool) (previous, next string) {
	query := r.URL.Query()
	address := func(n int) string {
		query.Set("page", strconv.Itoa(n+1))
		return r.URL.Path + "?" + query.Encode()
	}
	if page > 0 {
		previous = address(page - 1)
	}
	if more {
		next = address(page + 1)
	}
	return previous, next
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
	_, err = w.Write([]byte(CalendarFile(a, "PUBLISH", h.links.Appointment(a.ID), h.links.OrganizerAddress(), "", h.bookings.db.Now())))
	return err
}

func (h *HTTP) appointment(r *http.Request) (appointment.Appointment, error) {
	id, err := form.PathID(r, "id")
	if err != nil {
		return appointment.Appointment{}, err
	}
	return h.appointments.Appointment(r.Context(), viewer.From(r.Context()), id)
}
