package signaling

import (
	"net/http"

	"socialdirect/booking/interpreter"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/guest"
	"socialdirect/web"
)

// deskPage is where the switchboard makes the link of an interpreter whom it has found.
type deskPage struct {
	interpreter.Task
	Viewer *viewer.Viewer
	Link   string // just made; shown once
	Form   *form.Form
}

func (deskPage) Template() string { return "signaling/interpreter" }
func (deskPage) Title() string    { return "Lien d’entrée de l’interprète" }

// Invitation is the page's own path.
func (p deskPage) Invitation() string { return p.Path() + "/invitation" }

func (h *HTTP) deskPage(r *web.Request, f *form.Form) (deskPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return deskPage{}, err
	}
	task, err := h.calls.bookings.Interpreters.Task(r.Context(), r.Viewer, id)
	return deskPage{Task: task, Viewer: r.Viewer, Form: f}, err
}

// showDeskInvitation answers GET /standard/interpretes/{id}/invitation.
func (h *HTTP) showDeskInvitation(w http.ResponseWriter, r *web.Request) error {
	page, err := h.deskPage(r, form.New(nil))
	if err != nil {
		return err
	}
	page.Link = h.newLink(w, r, page.AppointmentID)
	return h.render.Render(w, r, http.StatusOK, page)
}

// inviteAhead answers POST /standard/interpretes/{id}/invitation.
func (h *HTTP) inviteAhead(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.deskPage(r, f)
	if err != nil {
		return err
	}
	n := guest.NewInvitation{Name: guestName(f), Kind: guest.Interpreter, Email: f.OptionalEmail("email")}
	if !f.Valid() {
		return f.Invalid(page)
	}
	token, err := h.calls.guests.InviteAhead(r.Context(), r.Viewer, page.AppointmentID, n)
	if err != nil {
		return f.Refused("email", err, page)
	}
	return showLink(w, r, token, n, page.Invitation())
}
