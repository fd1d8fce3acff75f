package web

import "net/http"

// Cookies sets and reads the cookies of a deployment. Scripts cannot read them, other sites do
// not send them with a form, and over TLS their names begin with __Host-, which binds them to
// this host (RFC 6265bis, 4.1.3.2).
type Cookies struct {
	Secure bool // the platform is reached over TLS
}

// Name returns the name under which a cookie is sent.
func (c Cookies) Name(name string) string {
	if c.Secure {
		return "__Host-" + name
	}
	return name
}

// Set sets a cookie for some seconds, 0 until the browser is closed. An empty value deletes it.
func (c Cookies) Set(w http.ResponseWriter, name, value string, seconds int) {
	if value == "" {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: c.Name(name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// Get returns the value of a cookie, empty if the browser sent none.
func (c Cookies) Get(r *http.Request, name string) string {
	cookie, err := r.Cookie(c.Name(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}
