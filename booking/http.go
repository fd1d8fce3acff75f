package booking

import (
	"net/http"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/search"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// HTTP is the pages of this package.
type HTTP struct {
	bookings     *Service
	appointments *appointment.Service
	workers      *worker.Service
	agendas      *agenda.Service
	searches     *search.Service
	workerPages  *worker.HTTP
	searchPages  *search.HTTP
	render       *web.Renderer
	links        appointment.Links
}

// NewHTTP returns the pages; links tells the platform's own address, for
// calendar files.
func NewHTTP(bookings *Service, workers *worker.HTTP, searches *search.HTTP, render *web.Renderer, links appointment.Links) *HTTP {
	return &HTTP{bookings: bookings, appointments: bookings.appointments, workers: bookings.workers, agendas: bookings.agendas, searches: bookings.searches, workerPages: workers, searchPages: searches, render: render, links: links}
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
