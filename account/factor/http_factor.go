package factor

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image/png"
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/session"
	"socialdirect/internal/form"
	"socialdirect/web"
)

type secondFactorPage struct {
	Form *form.Form
	Next string
	Has  session.SecondFactors
}

func (secondFactorPage) Template() string { return "account/second_factor" }

func (secondFactorPage) Title() string { return "Double vérification" }

// codeForm is a form for one code.
type codeForm struct {
	Page        secondFactorPage
	Label, Hint string
}

// Code returns a form for a code with this label and hint.
func (p secondFactorPage) Code(label, hint string) codeForm { return codeForm{p, label, hint} }

func (h *HTTP) secondFactorPage(r *web.Request, f *form.Form, next string) (secondFactorPage, error) {
	has, err := h.factors.sessions.SecondFactors(r.Context(), r.Viewer)
	return secondFactorPage{Form: f, Next: pages.LocalPath(next), Has: has}, err
}

// showSecondFactor asks for a one-time code, a recovery code or a passkey.
func (h *HTTP) showSecondFactor(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	if v.Complete {
		return web.See(w, r, web.HomePath(v.Role))
	}
	page, err := h.secondFactorPage(r, form.New(nil), r.URL.Query().Get("suite"))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// secondFactor checks the code.
func (h *HTTP) secondFactor(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.secondFactorPage(r, f, f.Hidden("suite", 500))
	if err != nil {
		return err
	}
	return h.confirm(w, r, f, page, page.Next)
}

// maxCode is how many characters a code may have, spaces and hyphens included.
const maxCode = 40

func (h *HTTP) confirm(w http.ResponseWriter, r *web.Request, f *form.Form, page web.Page, next string) error {
	code := f.Secret("code", maxCode, "Écrivez les 6 chiffres que montre votre application.")
	if !f.Valid() {
		return f.Invalid(page)
	}
	in, err := h.factors.ConfirmSecondFactor(r.Context(), r.Viewer, code)
	if err != nil {
		return pages.Refuse(f, "code", err, page)
	}
	return h.sessions.Enter(w, r, in, next)
}

type enrolmentPage struct {
	Form   *form.Form
	Next   string
	Secret string // in groups of four
	QR     template.URL
	Reset  bool // a reset code has to be typed first
}

func (enrolmentPage) Template() string { return "account/enrolment" }

func (enrolmentPage) Title() string { return "Mettre en place la double vérification" }

// showEnrolment shows what an authenticator application scans.
func (h *HTTP) showEnrolment(w http.ResponseWriter, r *web.Request) error {
	page, err := h.enrolmentPage(r, form.New(nil), pages.LocalPath(r.URL.Query().Get("suite")))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// enrol confirms the enrolment with its first code.
func (h *HTTP) enrol(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	next := pages.LocalPath(f.Hidden("suite", 500))
	page, err := h.enrolmentPage(r, f, next)
	if err != nil {
		return err
	}
	if page.Reset {
		code := f.Secret("reset_code", maxCode, "Écrivez les 16 chiffres que l’administration vous a donnés de vive voix.")
		if !f.Valid() {
			return f.Invalid(page)
		}
		if err := h.factors.GiveResetCode(r.Context(), r.Viewer, code); err != nil {
			return pages.Refuse(f, "reset_code", err, page)
		}
		page.Reset = false
	}
	return h.confirm(w, r, f, page, next)
}

const qrSide = 240 // pixels

func (h *HTTP) enrolmentPage(r *web.Request, f *form.Form, next string) (enrolmentPage, error) {
	enrolment, err := h.factors.Enrol(r.Context(), r.Viewer)
	if err != nil {
		return enrolmentPage{}, err
	}
	picture, err := enrolment.Key.Image(qrSide, qrSide)
	if err != nil {
		return enrolmentPage{}, err
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		return enrolmentPage{}, err
	}
	uri := "data:image/png;base64," + base64.StdEncoding.EncodeToString(encoded.Bytes())
	reset, err := h.factors.OwesResetCode(r.Context(), r.Viewer)
	return enrolmentPage{Form: f, Next: next, Secret: web.InFours(enrolment.Secret, " "), QR: template.URL(uri), Reset: reset}, err
}
