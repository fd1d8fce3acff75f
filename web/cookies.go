package web

import "net/http"

// Cookies sets and reads the cookies of a deployment. Scripts cannot read them, other sites do
// not send them with a form, and over TLS their names begin with __Host-, which binds them to
// this host (RFC 6265bis, 4.1.3.2).
type Cookies struct {
	Secure bool // the platform is reached over TLS

	path string // see Within; empty: every page
}

// Within returns cookies that are sent to the pages at and below a path alone. Over TLS their
// names begin with __Secure-, as __Host- binds to every page.
func (c Cookies) Within(path string) Cookies {
	c.path = path
	return c
}

// Name returns the name under which a cookie is sent.
func (c Cookies) Name(name string) string {
	switch {
	case !c.Secure:
		return name
	case c.path != "":
		return "__Secure-" + name
	}
	return "__Host-" + name
}

// Set sets a cookie for some seconds, 0 until the browser is closed. An empty value deletes it.
func (c Cookies) Set(w http.ResponseWriter, name, value string, seconds int) {
	if value == "" {
		seconds = -1
	}
	path := c.path
	if path == "" {
		path = "/"
	}
	http.SetCookie(w, &http.Cookie{
		Name: c.Name(name), Value: value, Path: path, MaxAge: seconds, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
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
