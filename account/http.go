package account

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// HTTP is the pages of this package.
type HTTP struct {
	accounts *Service
	render   *web.Renderer
	secure   bool
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

func (h *HTTP) cookieName() string {
	if h.secure {
		return "__Host-session"
	}
	return "session"
}

func (h *HTTP) setSession(w http.ResponseWriter, token string) {
	cookie := &http.Cookie{Name: h.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// enter gives the browser its session and sends it where it goes next: what it
// asked for, its role's first page, or the second factor that it still owes.
func (h *HTTP) enter(w http.ResponseWriter, r *http.Request, in SignedIn, next string) error {
	h.setSession(w, in.Token)
	switch {
	case in.Complete && next != "":
		return web.See(w, r, next)
	case in.Complete:
		return web.See(w, r, web.HomePath(in.Role))
	case in.Enrolled:
		return web.See(w, r, "/connexion/second-facteur"+query(next))
	}
	return web.See(w, r, "/profil/securite/totp"+query(next))
}

func query(next string) string {
	if next == "" {
		return ""
	}
	return "?suite=" + url.QueryEscape(next)
}

// localPath keeps a path of this platform and nothing else: an address that
// leads elsewhere is dropped.
func localPath(path string) string {
	u, err := url.Parse(path)
	plain := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil
	if !plain || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || len(path) > 500 {
		return ""
	}
	return path
}

func place(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
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
	return h.render.Render(w, r, http.StatusOK, signInPage{Form: form.New(nil), Next: localPath(r.URL.Query().Get("suite")), Texts: h.accounts.Texts()})
}

// SignIn opens a session.
func (h *HTTP) SignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page := signInPage{Form: f, Next: localPath(f.Hidden("suite", 500)), Texts: h.accounts.Texts()}
	email := f.Email("email")
	password := f.Secret("password", MaxPassword, "Écrivez votre mot de passe.")
	if !f.Valid() {
		return f.Invalid(page)
	}
	in, err := h.accounts.SignIn(r.Context(), email, password, place(r))
	if err != nil {
		return refuse(f, "password", err, page)
	}
	return h.enter(w, r, in, page.Next)
}

// refuse shows page again with an act's message beside a field; what the person
// cannot mend goes up unchanged.
func refuse(f *form.Form, field string, err error, page web.Page) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Throttled) {
		return err
	}
	f.Fail(field, fault.From(err).Message)
	return fault.WithPage(err, page)
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
