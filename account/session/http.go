package session

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// The cookies of a session and of a known device.
const (
	sessionCookie = "session"
	deviceCookie  = "device"
)

// SessionToken returns the value of the session cookie, or an empty string.
func (h *HTTP) SessionToken(r *http.Request) string { return h.cookies.Get(r, sessionCookie) }

// SetSession sets the session cookie, which the browser keeps until it is closed.
func (h *HTTP) SetSession(w http.ResponseWriter, token string) {
	h.cookies.Set(w, sessionCookie, token, 0)
}

// SetMark sets the cookie that makes the device known.
func (h *HTTP) SetMark(w http.ResponseWriter, mark string) {
	h.cookies.Set(w, deviceCookie, mark, int(DeviceLifetime.Seconds()))
}

// Device returns the device that a request comes from.
func (h *HTTP) Device(r *web.Request) Device {
	return Device{
		Place: pages.Place(r), Words: DeviceWords(r.UserAgent()), Session: h.SessionToken(r.Request), Mark: h.cookies.Get(r.Request, deviceCookie),
	}
}

// Enter sets the cookies of a new session and redirects to its first page.
func (h *HTTP) Enter(w http.ResponseWriter, r *web.Request, in SignedIn, next string) error {
	h.SetSession(w, in.Token)
	if in.Mark != "" {
		h.SetMark(w, in.Mark)
	}
	return web.See(w, r, Landing(in, next))
}

// Landing returns the path of a session's first page: the second factor when it is
// missing, else new recovery codes, else next, else the role's first page.
func Landing(in SignedIn, next string) string {
	switch {
	case !in.Complete && in.Enrolled:
		return "/connexion/second-facteur" + pages.Query(next)
	case !in.Complete:
		return "/profil/securite/totp" + pages.Query(next)
	case in.NewCodes:
		return RecoveryPath + pages.Query(next)
	case next != "":
		return next
	}
	return web.HomePath(in.Role)
}

type signInPage struct {
	Form  *form.Form
	Next  string
	Texts bool // a code can be sent by SMS
}

func (signInPage) Template() string { return "account/sign_in" }

func (signInPage) Title() string { return "Se connecter" }

// showSignIn shows the sign-in form.
func (h *HTTP) showSignIn(w http.ResponseWriter, r *web.Request) error {
	if v := r.Viewer; v != nil {
		return web.See(w, r, web.HomePath(v.Role))
	}
	return h.render.Render(w, r, http.StatusOK, signInPage{Form: form.New(nil), Next: pages.LocalPath(r.URL.Query().Get("suite")), Texts: h.people.SMS})
}

// signIn opens a session.
func (h *HTTP) signIn(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := signInPage{Form: f, Next: pages.LocalPath(f.Hidden("suite", 500)), Texts: h.people.SMS}
	email := f.Email("email")
	password := f.Secret("password", passwords.Max, "Écrivez votre mot de passe.")
	shared := f.Ticked("shared_device")
	if !f.Valid() {
		return f.Invalid(page)
	}
	from := h.Device(r)
	from.Shared = shared
	in, err := h.sessions.SignIn(r.Context(), email, password, from)
	if err != nil {
		return pages.Refuse(f, "password", err, page)
	}
	if from.Shared {
		h.SetMark(w, "")
	}
	return h.Enter(w, r, in, page.Next)
}

// signOut ends the session, if it has not ended already.
func (h *HTTP) signOut(w http.ResponseWriter, r *web.Request) error {
	if r.Viewer != nil {
		if err := h.sessions.SignOut(r.Context(), r.Viewer); err != nil {
			return err
		}
	}
	h.SetSession(w, "")
	return web.Done(w, r, "signed-out", "/")
}

// PasskeyScript is the script behind the buttons about passkeys.
const PasskeyScript = "passkeys.js"

// Scripts returns the scripts that the page needs.
func (signInPage) Scripts() []string { return []string{PasskeyScript, pages.PasswordScript} }

// RecoveryPath is the page of recovery codes, which package factor serves.
const RecoveryPath = "/profil/securite/codes"
