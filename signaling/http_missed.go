package signaling

import (
	"net/http"

	"socialdirect/internal/fault"
	"socialdirect/web"
)

var errCame = fault.New(fault.Conflict, "Cette personne est venue dans l’appel. Si vous avez été coupés, revenez-y, ou écrivez-lui un message.")

// missed answers POST /rendez-vous/{id}/appel/absence: whoever has waited in vain books again
// instead, without a mark.
func (h *HTTP) missed(w http.ResponseWriter, r *web.Request) error {
	a, err := h.calls.appointment(r.Context(), r.Viewer, r.PathValue("id"))
	if err != nil {
		return err
	}
	came, err := readCame(r.Context(), h.calls.db.Pool, a.ID, a.SocialWorkerID)
	if err != nil {
		return err
	}
	if came {
		return errCame
	}
	if err := h.calls.bookings.Miss(r.Context(), r.Viewer, a.ID); err != nil {
		return err
	}
	return web.Done(w, r, "appointment-missed", "/rendez-vous/"+a.ID.String()+"/propositions")
}
