package signup

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// validationPath is the page that says to check one's mail.
const validationPath = "/inscription/validation"

// browserCookie is the cookie by which the browser that signed up is recognised.
const browserCookie = "sign-up"

func setBrowser(w http.ResponseWriter, r *web.Request, token string) {
	r.Cookies.Set(w, browserCookie, token, int(BrowserLifetime.Seconds()))
}

// browser returns the token of the browser that signed up, or an empty string.
func browser(r *web.Request) string {
	token := r.Cookies.Get(r.Request, browserCookie)
	if len(token) > session.MaxToken {
		return ""
	}
	return token
}

func (h *HTTP) validationPage(r *web.Request, f *form.Form) (validationPage, error) {
	email, err := h.signUps.TypedAddress(r.Context(), browser(r))
	return validationPage{Form: f, Email: email}, err
}

// correctAddress sends the link to another address, in the browser that signed up.
func (h *HTTP) correctAddress(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.validationPage(r, f)
	if err != nil {
		return err
	}
	email, confirmed := f.Email("email"), f.Ticked(pages.EmailConfirmed)
	if !f.Valid() {
		return f.Invalid(page)
	}
	err = h.signUps.Correct(r.Context(), browser(r), email, confirmed, pages.Place(r))
	if fault.Is(err, fault.Gone) {
		return h.goneDraft(r, err)
	}
	if err != nil {
		pages.ConfirmNext(f, err)
		return pages.Refuse(f, "email", err, page)
	}
	return web.Done(w, r, "corrected", validationPath)
}

// goneDraft shows the empty form of the sign-up when nothing is kept any more.
func (h *HTTP) goneDraft(r *web.Request, err error) error {
	page, broken := h.signUpPage(r, form.New(nil))
	if broken != nil {
		return broken
	}
	page.Gone = fault.From(err).Message
	return fault.WithPage(err, page)
}
