package privacy

import (
	"net/http"

	"socialdirect/account/age"
	"socialdirect/account/passwords"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// dataPage is what is kept of the viewer, in plain words, and what they asked.
type dataPage struct {
	Viewer   *viewer.Viewer
	Requests []Request
	Age      *age.Check // that the operator asked for and waits for
	Operator operator
}

func (dataPage) Template() string { return "privacy/data" }
func (dataPage) Title() string    { return "Vos données" }

// Beneficiary reports whether the page speaks of consultations.
func (p dataPage) Beneficiary() bool { return p.Viewer != nil && p.Viewer.Role == viewer.Beneficiary }

// Asking is the viewer's open request, nil when there is none.
func (p dataPage) Asking() *Request {
	for i := range p.Requests {
		if p.Requests[i].State == Open {
			return &p.Requests[i]
		}
	}
	return nil
}

// erasurePage says the consequences exactly, and asks once more.
type erasurePage struct {
	Form     *form.Form
	Role     viewer.Role
	Password bool // the session is not fresh: the password is asked for
	Years    int
}

func (erasurePage) Template() string { return "privacy/ask" }
func (erasurePage) Title() string    { return "Supprimer votre compte" }

// Beneficiary reports whether the page speaks of consultations.
func (p erasurePage) Beneficiary() bool { return p.Role == viewer.Beneficiary }

// Worker reports whether the page speaks of an agenda.
func (p erasurePage) Worker() bool { return p.Role == viewer.SocialWorker }

const dataPath = "/profil/donnees"

// data shows what is kept and what was asked.
func (h *HTTP) data(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	mine, err := h.rights.Mine(r.Context(), v)
	if err != nil {
		return err
	}
	for i := range mine {
		mine[i].ReceivedAt = mine[i].ReceivedAt.In(v.Zone)
	}
	age, err := h.rights.accounts.Ages.OwnCheck(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, dataPage{v, mine, age, h.contact()})
}

// showErasure is the confirmation step.
func (h *HTTP) showErasure(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.erasurePage(r, form.New(nil)))
}

func (h *HTTP) erasurePage(r *web.Request, f *form.Form) erasurePage {
	v := r.Viewer
	return erasurePage{Form: f, Role: v.Role, Password: !h.rights.accounts.Sessions.Reassured(v), Years: archiveYears}
}

// askErasure keeps the request.
func (h *HTTP) askErasure(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := h.erasurePage(r, f)
	f.Checked("confirm", "Cochez cette case si c’est bien ce que vous voulez.")
	password := ""
	if page.Password {
		password = f.Secret("password", passwords.Max, "Écrivez votre mot de passe.")
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if _, err := h.rights.Ask(r.Context(), r.Viewer, password); err != nil {
		field := "confirm"
		if page.Password {
			field = "password"
		}
		return f.Refused(field, err, page)
	}
	return web.Done(w, r, "rights-asked", dataPath)
}

// withdraw takes one's request back.
func (h *HTTP) withdraw(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := h.rights.Withdraw(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "rights-withdrawn", dataPath)
}
