package signup

import (
	"net/http"
	"net/url"

	"socialdirect/account/pages"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// codePage asks for the connection code, the first step of a sign-up.
type codePage struct {
	entrance
	Form *form.Form
}

func (codePage) Template() string { return "account/code" }

func (p codePage) Title() string { return p.titled("Votre code de connexion") }

// showCode shows the form, co-branded if it comes from a co-branded page.
func (h *HTTP) showCode(w http.ResponseWriter, r *web.Request) error {
	page := codePage{h.entrance(r, r.URL.Query().Get("client")), form.New(map[string]string{"connection_code": h.code(r)})}
	return h.render.Render(w, r, http.StatusOK, page)
}

// checkCode checks a connection code and redirects to the sign-up form. The code goes into
// a cookie, so that it does not appear in a URL.
func (h *HTTP) checkCode(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	code, page := decodeCode(f), codePage{h.entrance(r, f.Hidden("client", maxSlug)), f}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.signUps.CheckCode(r.Context(), code, pages.Place(r)); err != nil {
		return pages.Refuse(f, "connection_code", err, page)
	}
	r.Cookies.Set(w, codeCookie, url.QueryEscape(code), codeLifetime)
	return web.See(w, r, page.path())
}

// entrance is the client through whose co-branded page somebody comes (R11); zero for anybody else.
type entrance struct{ Client, Slug string }

// maxSlug is the longest slug of a client that is read, in bytes.
const maxSlug = 60

// entrance returns the client of a slug, or none if there is none: what was typed is shown even so.
func (h *HTTP) entrance(r *web.Request, slug string) entrance {
	client, err := h.signUps.companies.BySlug(r.Context(), slug)
	if err != nil {
		return entrance{}
	}
	return entrance{client.Name, client.Slug}
}

// titled returns a page's title with the client's name, if there is one, so that a co-branded page
// is told apart from the ordinary one.
func (e entrance) titled(title string) string {
	if e.Client == "" {
		return title
	}
	return title + ", " + e.Client
}

// path is the page where the sign-up goes on.
func (e entrance) path() string {
	if e.Slug == "" {
		return "/inscription"
	}
	return "/c/" + e.Slug
}

// maxCodeTyped is the longest connection code that is read, in characters.
const maxCodeTyped = 40

func decodeCode(f *form.Form) string {
	return f.Text("connection_code", form.Text{Max: maxCodeTyped, Required: "Écrivez le code de connexion que vous avez reçu."})
}

// codeCookie is the cookie of a checked code.
const codeCookie = "code"

// codeLifetime is how long a browser keeps a checked code, in seconds.
const codeLifetime = 3600

// code returns the checked code, or an empty string.
func (h *HTTP) code(r *web.Request) string {
	code, err := url.QueryUnescape(r.Cookies.Get(r.Request, codeCookie))
	if err != nil || len(code) > 4*maxCodeTyped {
		return ""
	}
	return code
}
