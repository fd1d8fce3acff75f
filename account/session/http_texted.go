package session

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/smscode"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// textedPage asks somebody who signs in by SMS for their number.
type textedPage struct {
	Form  *form.Form
	Next  string
	Texts bool // an SMS gateway is set
	Gone  bool // shown because a code no longer works
}

func (textedPage) Template() string { return "account/texted" }

func (textedPage) Title() string { return "Se connecter par SMS" }

// showTexted shows the form.
func (h *HTTP) showTexted(w http.ResponseWriter, r *web.Request) error {
	if v := r.Viewer; v != nil {
		return web.See(w, r, web.HomePath(v.Role))
	}
	page := textedPage{Form: form.New(nil), Next: pages.LocalPath(r.URL.Query().Get("suite")), Texts: h.people.SMS}
	return h.render.Render(w, r, http.StatusOK, page)
}

// requestCode sends a code if the number has an account. The answer is the same either way
// (R5).
func (h *HTTP) requestCode(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := textedPage{Form: f, Next: pages.LocalPath(f.Hidden("suite", 500)), Texts: h.people.SMS}
	mobile := f.Mobile("mobile")
	if !f.Valid() {
		return f.Invalid(page)
	}
	token, err := h.sessions.RequestCode(r.Context(), mobile, h.Device(r))
	if err != nil {
		return pages.Refuse(f, "mobile", err, page)
	}
	r.Cookies.Set(w, textedCookie, token, int(smscode.Lifetime.Seconds()))
	return web.See(w, r, "/connexion/sms/code"+pages.Query(page.Next))
}

// textedCookie is the cookie that binds a code to the browser that requested it.
const textedCookie = "sms"

func texted(r *web.Request) string {
	token := r.Cookies.Get(r.Request, textedCookie)
	if len(token) > 100 {
		return ""
	}
	return token
}

// textedCodePage asks for the code.
type textedCodePage struct {
	Form *form.Form
	Next string
}

func (textedCodePage) Template() string { return "account/texted_code" }

func (textedCodePage) Title() string { return "Le code reçu par SMS" }

// showTextedCode shows the form.
func (h *HTTP) showTextedCode(w http.ResponseWriter, r *web.Request) error {
	next := pages.LocalPath(r.URL.Query().Get("suite"))
	if texted(r) == "" {
		return web.See(w, r, "/connexion/sms"+pages.Query(next))
	}
	return h.render.Render(w, r, http.StatusOK, textedCodePage{Form: form.New(nil), Next: next})
}

// signInByCode opens a session.
func (h *HTTP) signInByCode(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := textedCodePage{Form: f, Next: pages.LocalPath(f.Hidden("suite", 500))}
	code := f.Secret("code", 20, "Écrivez les 6 chiffres reçus par SMS.")
	if !f.Valid() {
		return f.Invalid(page)
	}
	in, err := h.sessions.SignInByCode(r.Context(), texted(r), code, h.Device(r))
	if fault.Is(err, fault.Gone) {
		return fault.WithPage(err, textedPage{Form: form.New(nil), Next: page.Next, Texts: h.people.SMS, Gone: true})
	}
	if err != nil {
		return pages.Refuse(f, "code", err, page)
	}
	r.Cookies.Set(w, textedCookie, "", 0)
	return h.Enter(w, r, in, page.Next)
}
