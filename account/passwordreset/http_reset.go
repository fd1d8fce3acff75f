package passwordreset

import (
	"net/http"

	"socialdirect/account/limit"
	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

type forgottenPage struct {
	limit.MailBounds
	Form *form.Form
	Gone bool // shown because a link no longer works
	Sent bool
}

func (forgottenPage) Template() string { return "account/forgotten" }

func (forgottenPage) Title() string { return "Mot de passe oublié" }

// showForgotten asks for the address.
func (h *HTTP) showForgotten(w http.ResponseWriter, r *web.Request) error {
	_, sent := r.URL.Query()["envoye"]
	return h.render.Render(w, r, http.StatusOK, forgottenPage{Form: form.New(nil), Sent: sent})
}

// forgotten sends a link if the address has an account.
func (h *HTTP) forgotten(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	email := f.Email("email")
	if !f.Valid() {
		return f.Invalid(forgottenPage{Form: f})
	}
	if err := h.resets.Ask(r.Context(), email, h.sessions.Device(r)); err != nil {
		return pages.Refuse(f, "email", err, forgottenPage{Form: f})
	}
	return web.See(w, r, "/mot-de-passe/oubli?envoye")
}

type resetPage struct {
	pages.PasswordFields
	Form  *form.Form
	Token string
}

func (resetPage) Template() string { return "account/reset" }

func (resetPage) Title() string { return "Choisir un nouveau mot de passe" }

// showReset asks for the new password. A GET request consumes nothing, as mail scanners open
// links (R3).
func (h *HTTP) showReset(w http.ResponseWriter, r *web.Request) error {
	token := r.URL.Query().Get("token")
	if _, err := h.resets.Owner(r.Context(), token); err != nil {
		return goneReset(err)
	}
	return h.render.Render(w, r, http.StatusOK, resetPage{Form: form.New(nil), Token: token})
}

// reset sets the password and consumes the link.
func (h *HTTP) reset(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	token := f.Hidden("token", session.MaxToken)
	if _, err := h.resets.Owner(r.Context(), token); err != nil {
		return goneReset(err)
	}
	password := passwords.Decode(f)
	if !f.Valid() {
		return f.Invalid(resetPage{Form: f, Token: token})
	}
	if err := h.resets.Reset(r.Context(), token, password); err != nil {
		return pages.Refuse(f, "password", goneReset(err), resetPage{Form: f, Token: token})
	}
	h.sessions.SetSession(w, "")
	return web.Done(w, r, "password-reset", "/connexion")
}

// goneReset shows the form that requests another link, in place of one that no longer works.
func goneReset(err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	return fault.WithPage(err, forgottenPage{Form: form.New(nil), Gone: true})
}
