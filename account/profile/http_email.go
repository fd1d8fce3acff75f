package profile

import (
	"net/http"

	"socialdirect/account/session"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// emailPage shows which account the link moves, and asks for a confirmation.
type emailPage struct {
	Token string
	Moving
}

func (emailPage) Template() string { return "account/email" }
func (emailPage) Title() string    { return "Confirmer votre nouvelle adresse" }

// showEmail asks for a click. A GET request changes nothing (R3), as mail programs
// follow links by themselves.
func (h *HTTP) showEmail(w http.ResponseWriter, r *web.Request) error {
	token := r.URL.Query().Get("token")
	moving, err := h.profiles.Moving(r.Context(), token)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, emailPage{token, moving})
}

// changeEmail moves the account to the address that the link was sent to.
func (h *HTTP) changeEmail(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	var here []byte // the present session does not end
	if v != nil {
		here = v.Session
	}
	if err := h.profiles.ChangeEmail(r.Context(), f.Hidden("token", session.MaxToken), here); err != nil {
		return err
	}
	web.Flash(w, r, "email-changed")
	if v != nil {
		return web.See(w, r, "/profil")
	}
	return web.See(w, r, "/connexion")
}
