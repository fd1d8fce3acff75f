package factor

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/session"
	"socialdirect/internal/form"
	"socialdirect/web"
)

type recoveryPage struct {
	Form  *form.Form
	Codes []string // in groups of four digits; empty unless there are new codes to show
	Next  string   // where the page of new codes leads
	Left  int
	Fresh bool // a passkey was used recently: the form needs no code
	Has   session.SecondFactors
}

func (recoveryPage) Template() string { return "account/recovery" }

func (recoveryPage) Title() string { return "Codes de secours" }

// showRecovery shows new recovery codes once, and afterwards how many are left.
func (h *HTTP) showRecovery(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	page, err := h.recoveryPage(r, form.New(nil))
	if err != nil {
		return err
	}
	if page.Next = pages.LocalPath(r.URL.Query().Get("suite")); page.Next == "" {
		page.Next = web.HomePath(v.Role)
	}
	if r.Method == http.MethodGet { // the codes can be read once, and a HEAD request shows nothing
		codes, err := h.factors.TakeRecoverySheet(r.Context(), v)
		if err != nil {
			return err
		}
		for _, code := range codes {
			page.Codes = append(page.Codes, web.InFours(code, " "))
		}
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) recoveryPage(r *web.Request, f *form.Form) (recoveryPage, error) {
	v := r.Viewer
	recovery, err := h.factors.Recovery(r.Context(), v)
	if err != nil {
		return recoveryPage{}, err
	}
	has, err := h.factors.sessions.SecondFactors(r.Context(), v)
	return recoveryPage{Form: f, Left: recovery.Left, Fresh: recovery.Fresh, Has: has}, err
}

// renewRecoveryCodes replaces the codes by new ones.
func (h *HTTP) renewRecoveryCodes(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.recoveryPage(r, f)
	if err != nil {
		return err
	}
	code := ""
	if !page.Fresh {
		code = f.Secret("code", maxCode, "Écrivez les 6 chiffres que montre votre application.")
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	err = h.factors.RenewRecoveryCodes(r.Context(), r.Viewer, code)
	if err != nil {
		return pages.Refuse(f, "code", err, page)
	}
	return web.See(w, r, session.RecoveryPath)
}
