package account

import (
	"context"
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the pages of this package.
type HTTP struct {
	accounts *Service
	render   *web.Renderer
	secure   bool
	comingOf func(context.Context, uuid.UUID) (int, error) // see CountComing
	recalls  func(context.Context) (int, error)            // see CountRecalls
}

// NewHTTP returns the pages. secure says that the platform is served over TLS:
// its cookies then carry the __Host- prefix (RFC 6265bis, 4.1.3.2).
func NewHTTP(accounts *Service, render *web.Renderer, secure bool) *HTTP {
	return &HTTP{accounts: accounts, render: render, secure: secure}
}

// SessionToken reads the session cookie, empty when there is none.
func (h *HTTP) SessionToken(r *http.Request) string {
	cookie, err := r.Cookie(h.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (h *HTTP) cookieName() string { return h.hostCookie("session") }
func (h *HTTP) markName() string   { return h.hostCookie("device") }

func (h *HTTP) hostCookie(name string) string {
	if h.secure {
		return "__Host-" + name
	}
	return name
}

// setSession keeps the session until the browser ends.
func (h *HTTP) setSession(w http.ResponseWriter, token string) {
	h.setCookie(w, h.cookieName(), token, 0)
}

// setMark keeps what makes the device known.
func (h *HTTP) setMark(w http.ResponseWriter, mark string) {
	h.setCookie(w, h.markName(), mark, int(DeviceLifetime.Seconds()))
}

// setCookie sets a cookie that no script reads; without a value it takes it away.
func (h *HTTP) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	if value == "" {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}

// device is where a request comes from.
func (h *HTTP) device(r *http.Request) Device {
	d := Device{Place: pages.Place(r), Words: DeviceWords(r.UserAgent()), Session: h.SessionToken(r)}
	if cookie, err := r.Cookie(h.markName()); err == nil {
		d.Mark = cookie.Value
	}
	return d
}

// enter gives the browser its session and sends it where it goes next.
func (h *HTTP) enter(w http.ResponseWriter, r *http.Request, in SignedIn, next string) error {
	h.setSession(w, in.Token)
	if in.Mark != "" {
		h.setMark(w, in.Mark)
	}
	return web.See(w, r, landing(in, next))
}

// landing is where a session begins: the second factor that it still owes, the
// recovery codes that are shown once, what was asked for, the role's first page.
func landing(in SignedIn, next string) string {
	switch {
	case !in.Complete && in.Enrolled:
		return "/connexion/second-facteur" + pages.Query(next)
	case !in.Complete:
		return "/profil/securite/totp" + pages.Query(next)
	case in.NewCodes:
		return recoveryPath + pages.Query(next)
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
func (signInPage) Title() string    { return "Se connecter" }

// SignInPage shows the sign-in form.
func (h *HTTP) SignInPage(w http.ResponseWriter, r *http.Request) error {
	if v := viewer.From(r.Context()); v != nil {
		return web.See(w, r, web.HomePath(v.Role))
	}
	return h.render.Render(w, r, http.StatusOK, signInPage{Form: form.New(nil), Next: pages.LocalPath(r.URL.Query().Get("suite")), Texts: h.accounts.People.Texts()})
}

// SignIn opens a session.
func (h *HTTP) SignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page := signInPage{Form: f, Next: pages.LocalPath(f.Hidden("suite", 500)), Texts: h.accounts.People.Texts()}
	email := f.Email("email")
	password := f.Secret("password", passwords.Max, "Écrivez votre mot de passe.")
	shared := f.Ticked("shared_device")
	if !f.Valid() {
		return f.Invalid(page)
	}
	from := h.device(r)
	from.Shared = shared
	in, err := h.accounts.SignIn(r.Context(), email, password, from)
	if err != nil {
		return pages.Refuse(f, "password", err, page)
	}
	if from.Shared {
		h.setMark(w, "")
	}
	return h.enter(w, r, in, page.Next)
}

// SignOut ends the session.
func (h *HTTP) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := h.accounts.SignOut(r.Context(), viewer.From(r.Context())); err != nil {
		return err
	}
	h.setSession(w, "")
	web.Flash(w, "signed-out")
	return web.See(w, r, "/")
}
