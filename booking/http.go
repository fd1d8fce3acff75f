package booking

import (
	"net/http"

	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/viewlimit"
	"socialdirect/web"
)

// HTTP is the pages of this package.
type HTTP struct {
	PageParts
	bookings *Service
}

// PageParts are what the pages need in addition to the acts.
type PageParts struct {
	Views      *viewlimit.Service
	Searches   *search.HTTP
	Rebookings *rebooking.HTTP
	Render     *web.Renderer
	Links      appointment.Links
}

// NewHTTP returns the pages.
func NewHTTP(bookings *Service, p PageParts) *HTTP { return &HTTP{p, bookings} }

// ics serves the appointment as a calendar file (R17).
func (h *HTTP) ics(w http.ResponseWriter, r *web.Request) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rendez-vous.ics"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(calendar.CalendarFile(a, "PUBLISH", h.Links.Appointment(a.ID), h.Links.OrganizerAddress(), "", h.bookings.DB.Now())))
	return err
}

// appointment reads the appointment that the path names, as its viewer may see it.
func (h *HTTP) appointment(r *web.Request) (appointment.Appointment, error) {
	id, err := r.PathID("id")
	if err != nil {
		return appointment.Appointment{}, err
	}
	return h.bookings.Appointments.Appointment(r.Context(), r.Viewer, id)
}
