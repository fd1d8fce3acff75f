package booking

import (
	"errors"
	"net/http"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

var errNoOffer = fault.New(fault.Invalid, "Choisissez une heure en appuyant sur son bouton.")

// rebook takes the hour whose button was pressed.
func (h *HTTP) rebook(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	replacement, chosen := rebooking.DecodeOffer(f)
	if !chosen {
		return h.Rebookings.Refuse(r, f, errNoOffer)
	}
	booked, err := h.bookings.Rebook(r.Context(), r.Viewer, id, replacement)
	if err != nil {
		return h.refuseOffer(r, f, err)
	}
	return web.Done(w, r, bookedFlash(appointment.OnBehalf{}, booked), "/rendez-vous/"+booked.ID.String())
}

// refuseOffer offers other hours; an error that no other hour mends goes up unchanged.
func (h *HTTP) refuseOffer(r *web.Request, f *form.Form, err error) error {
	if errors.Is(err, worker.ErrNotOffered) {
		err = errLeft
	}
	why := appointment.Refusal(err, agenda.ErrBooked, agenda.ErrClosed, appointment.ErrUnavailable, errOverlap, appointment.ErrMode, errTooSoon, errReason, appointment.ErrContract, appointment.ErrUsedUp, errLeft)
	if why == nil {
		return err
	}
	return h.Rebookings.Refuse(r, f, why)
}
