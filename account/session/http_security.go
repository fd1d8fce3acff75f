package session

import (
	"net/http"
	"time"

	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// securityPage shows what protects the viewer's account: password, second factor, open
// sessions.
type securityPage struct {
	pages.PasswordFields
	Form     *form.Form // of a new password
	Ending   *form.Form // of ending sessions
	Ask      bool       // ending other sessions needs the password
	Sessions []sessionLine
	Has      SecondFactors
	Staff    bool // needs a second factor at each sign-in
	Password bool // false for somebody without an e-mail address, who signs in by SMS
}

// sessionLine is a session with its times in the viewer's zone.
type sessionLine struct {
	Session
	Opened, Seen time.Time
}

func (securityPage) Template() string { return "account/security" }

func (securityPage) Title() string { return "Sécurité" }

// Others reports whether there are sessions besides the present one.
func (p securityPage) Others() bool { return len(p.Sessions) > 1 }

// showSecurity shows that page.
func (h *HTTP) showSecurity(w http.ResponseWriter, r *web.Request) error {
	page, err := h.securityPage(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) securityPage(r *web.Request) (securityPage, error) {
	v := r.Viewer
	sessions, err := h.sessions.OpenSessions(r.Context(), v)
	if err != nil {
		return securityPage{}, err
	}
	person, err := h.people.Person(r.Context(), v.ID)
	if err != nil {
		return securityPage{}, err
	}
	page := securityPage{Form: form.New(nil), Ending: form.New(nil), Ask: !h.sessions.Reassured(v), Staff: v.Role.Staff(), Password: person.Email != ""}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, sessionLine{s, s.OpenedAt.In(v.Zone), s.SeenAt.In(v.Zone)})
	}
	page.Has, err = h.sessions.SecondFactors(r.Context(), v)
	return page, err
}

// changePassword replaces the viewer's password.
func (h *HTTP) changePassword(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	page, err := h.securityPage(r)
	if err != nil {
		return err
	}
	page.Form = f
	current := f.Secret("current_password", passwords.Max, "Écrivez votre mot de passe actuel.")
	password := passwords.Decode(f)
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.sessions.ChangePassword(r.Context(), v, current, password); err != nil {
		return pages.Refuse(f, "current_password", err, page)
	}
	return web.Done(w, r, "password-changed", "/profil/securite")
}

// ending returns the password that confirms the end of other sessions, if it is needed. The name
// of its field is not the usual one, which another form of the page has.
func (h *HTTP) ending(r *web.Request, f *form.Form) string {
	if h.sessions.Reassured(r.Viewer) {
		return ""
	}
	return f.Secret("ending_password", passwords.Max, errReassure.Message)
}

// endSession ends one of the viewer's sessions; the present one is signed out.
func (h *HTTP) endSession(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, err)
	}
	v := r.Viewer
	if err := h.sessions.EndSession(r.Context(), v, id, h.ending(r, f)); err != nil {
		return h.refuseEnding(r, f, err)
	}
	alive, err := h.sessions.SessionAlive(r.Context(), v.Session)
	if err != nil {
		return err
	}
	if !alive {
		h.SetSession(w, "")
		return web.Done(w, r, "signed-out", "/")
	}
	return web.Done(w, r, "session-ended", "/profil/securite")
}

// endOtherSessions ends all the viewer's sessions except the present one.
func (h *HTTP) endOtherSessions(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	if err := h.sessions.EndOtherSessions(r.Context(), r.Viewer, h.ending(r, f)); err != nil {
		return h.refuseEnding(r, f, err)
	}
	return web.Done(w, r, "sessions-ended", "/profil/securite")
}

// refuseEnding shows the page again with the message beside the password.
func (h *HTTP) refuseEnding(r *web.Request, f *form.Form, err error) error {
	page, broken := h.securityPage(r)
	if broken != nil {
		return broken
	}
	page.Ending = f
	return f.Refused("ending_password", err, page)
}
