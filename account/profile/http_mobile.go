package profile

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// mobilePage is the form in which a person proves their mobile number.
type mobilePage struct {
	Form   *form.Form
	Mobile Mobile
	Texts  bool // an SMS gateway is set
}

func (mobilePage) Template() string { return "account/mobile" }
func (mobilePage) Title() string    { return "Votre numéro de portable" }

// Number returns the number as people read it.
func (p mobilePage) Number() string { return people.DisplayMobile(p.Mobile.Number) }

func (h *HTTP) mobilePage(r *web.Request, f *form.Form) (mobilePage, error) {
	m, err := h.profiles.Mobile(r.Context(), r.Viewer)
	return mobilePage{Form: f, Mobile: m, Texts: h.profiles.people.SMS}, err
}

// showMobile shows the viewer's number and whether it is proved (R47).
func (h *HTTP) showMobile(w http.ResponseWriter, r *web.Request) error {
	page, err := h.mobilePage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// sendMobileCode sends a code to the viewer's number.
func (h *HTTP) sendMobileCode(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.mobilePage(r, f)
	if err != nil {
		return err
	}
	if err := h.profiles.SendMobileCode(r.Context(), r.Viewer); err != nil {
		return pages.Refuse(f, "code", err, page)
	}
	return web.Done(w, r, "code-sent", "/profil/mobile")
}

// proveMobile checks the code that the viewer typed.
func (h *HTTP) proveMobile(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	code := f.Secret("code", 20, "Écrivez les 6 chiffres reçus par SMS.")
	page, err := h.mobilePage(r, f)
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	err = h.profiles.ProveMobile(r.Context(), r.Viewer, code)
	if fault.Is(err, fault.Gone) {
		page.Mobile.Sent = false
		f.Fail("code", fault.From(err).Message)
		return fault.WithPage(err, page)
	}
	if err != nil {
		return pages.Refuse(f, "code", err, page)
	}
	return web.Done(w, r, "mobile-proved", "/profil/mobile")
}
