package booking

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/web"
)

// phonePages are the acts of a call by phone, on the appointment's page.
type phonePages struct{ *HTTP }

// unreached records a call that the person did not answer (R24).
func (h phonePages) unreached(w http.ResponseWriter, r *web.Request) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	if err := h.bookings.Unreached(r.Context(), r.Viewer, a.ID); err != nil {
		return err
	}
	return web.Done(w, r, "saved", "/rendez-vous/"+a.ID.String())
}

// allowVoicemail sets whether the worker may leave a voice message (R24).
func (h phonePages) allowVoicemail(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	may := f.Ticked("voicemail")
	if !f.Valid() {
		return f.ShowAgain(h.appointmentPage(r, f))
	}
	if err := h.bookings.Appointments.AllowVoicemail(r.Context(), r.Viewer, a.ID, may); err != nil {
		return err
	}
	return web.Done(w, r, "saved", "/rendez-vous/"+a.ID.String())
}
