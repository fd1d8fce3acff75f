package signup

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// goneLink shows the form that requests another link, in place of one that no longer works.
func (h *HTTP) goneLink(err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	return fault.WithPage(err, resendPage{Form: form.New(nil), Gone: true})
}

type invitationPage struct {
	pages.PasswordFields
	Form   *form.Form
	Token  string
	Staff  bool
	Mobile string // the number that somebody without an e-mail address signs in with; empty for others
}

func newInvitationPage(f *form.Form, token string, invitee people.Person) invitationPage {
	page := invitationPage{Form: f, Token: token, Staff: invitee.Role.Staff()}
	if invitee.Email == "" {
		page.Mobile = people.DisplayMobile(invitee.Mobile)
	}
	return page
}

func (invitationPage) Template() string { return "account/invitation" }

func (invitationPage) Title() string { return "Ouvrir votre compte" }

// showInvitation asks an invited person for a password. It does not consume the link.
func (h *HTTP) showInvitation(w http.ResponseWriter, r *web.Request) error {
	token := r.URL.Query().Get("token")
	invitee, err := h.signUps.invitee(r.Context(), token)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, newInvitationPage(form.New(nil), token, invitee))
}

// acceptInvitation sets the password and consumes the link.
func (h *HTTP) acceptInvitation(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	token := f.Hidden("token", 100)
	invitee, err := h.signUps.invitee(r.Context(), token)
	if err != nil {
		return err
	}
	password := ""
	if invitee.Email != "" {
		password = passwords.Decode(f)
	}
	if !f.Valid() {
		return f.Invalid(newInvitationPage(f, token, invitee))
	}
	in, err := h.signUps.AcceptInvitation(r.Context(), token, password, h.sessions.Device(r))
	if err != nil {
		return pages.Refuse(f, "password", err, newInvitationPage(f, token, invitee))
	}
	return h.sessions.Enter(w, r, in, "")
}
