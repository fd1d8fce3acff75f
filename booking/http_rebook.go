package booking

import (
	"errors"
	"net/http"

	"socialdirect/booking/appointment"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

var errNoOffer = fault.New(fault.Invalid, "Choisissez une heure en appuyant sur son bouton.")

// rebook books the offer whose button was pressed.
func (h *HTTP) rebook(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	replacement, chosen := rebooking.DecodeOffer(f)
	if !chosen {
		return appointment.ShowAgain(errNoOffer, h.Rebookings.CurrentProposals(r, f))
	}
	e, err := h.bookings.Appointments.TellingOnBehalf(r)
	if err != nil {
		return err
	}
	booked, err := h.bookings.Rebook(r.Context(), r.Viewer, id, replacement)
	if err != nil {
		if errors.Is(err, worker.ErrNotOffered) {
			err = errNotOfferedNow
		}
		return appointment.Refuse(err, h.Rebookings.CurrentProposals(r, f), offerRefusals...)
	}
	return web.Done(w, r, bookedFlash(e, booked), "/rendez-vous/"+booked.ID.String())
}

// offerRefusals are the refusals after which another offer may be possible.
var offerRefusals = append([]*fault.Fault{errReason, errUntaken, appointment.ErrContract, appointment.ErrUsedUp, errNotOfferedNow}, slotRefusals...)
