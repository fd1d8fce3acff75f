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
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

var errNoOffer = fault.New(fault.Invalid, "Choisissez une heure en appuyant sur son bouton.")

// Rebook takes the hour whose button was pressed.
func (h *HTTP) Rebook(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	replacement, chosen := rebooking.DecodeOffer(f)
	if !chosen {
		return h.Rebookings.Refuse(r, f, errNoOffer)
	}
	booked, err := h.bookings.Rebook(r.Context(), viewer.From(r.Context()), id, replacement)
	if err != nil {
		return h.refuseOffer(r, f, err)
	}
	web.Flash(w, bookedFlash(appointment.OnBehalf{}, booked))
	return web.See(w, r, "/rendez-vous/"+booked.ID.String())
}

// refuseOffer offers other hours; an error that no other hour mends goes up unchanged.
func (h *HTTP) refuseOffer(r *http.Request, f *form.Form, err error) error {
	if errors.Is(err, worker.ErrNotOffered) {
		err = errLeft
	}
	why := appointment.Refusal(err, agenda.ErrTaken, agenda.ErrClosed, appointment.ErrNotFree, errOverlap, appointment.ErrMode, errTooSoon, errReason, appointment.ErrContract, appointment.ErrUsedUp, errLeft)
	if why == nil {
		return err
	}
	return h.Rebookings.Refuse(r, f, why)
}
