package privacy

import (
	"net/http"

	"socialdirect/account/age"
	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// dataPage explains what is kept of the viewer, and lists their requests.
type dataPage struct {
	Viewer   *viewer.Viewer
	Requests []Request
	Age      *age.Check // the requested proof of age, if any
	Operator operator
}

func (dataPage) Template() string { return "privacy/data" }
func (dataPage) Title() string    { return "Vos données" }

// Beneficiary reports whether the page mentions consultations.
func (p dataPage) Beneficiary() bool { return p.Viewer != nil && p.Viewer.Role == viewer.Beneficiary }

// Kept is what is stored about the viewer.
func (p dataPage) Kept() []Kept {
	if p.Viewer == nil {
		return nil
	}
	return KeptOf(p.Viewer.Role)
}

// Years is how long the archive of an erased account is stored.
func (dataPage) Years() int { return archiveYears }

// Asking returns the viewer's open request, or nil.
func (p dataPage) Asking() *Request {
	for i := range p.Requests {
		if p.Requests[i].State == Open {
			return &p.Requests[i]
		}
	}
	return nil
}

// erasurePage shows the exact consequences of an erasure and asks for a confirmation.
type erasurePage struct {
	pages.PasswordFields
	Form     *form.Form
	Role     viewer.Role
	Password bool // the viewer did not sign in recently: the form asks for the password
	Years    int
}

func (erasurePage) Template() string { return "privacy/ask" }
func (erasurePage) Title() string    { return "Supprimer votre compte" }

// Beneficiary reports whether the page speaks of consultations.
func (p erasurePage) Beneficiary() bool { return p.Role == viewer.Beneficiary }

// Worker reports whether the page mentions an agenda.
func (p erasurePage) Worker() bool { return p.Role == viewer.SocialWorker }

const dataPath = "/profil/donnees"

// data shows what is kept of the viewer and their requests.
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

// showErasure shows the form that requests an erasure.
func (h *HTTP) showErasure(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.erasurePage(r, form.New(nil)))
}

func (h *HTTP) erasurePage(r *web.Request, f *form.Form) erasurePage {
	v := r.Viewer
	return erasurePage{Form: f, Role: v.Role, Password: !h.rights.accounts.Sessions.Reassured(v), Years: archiveYears}
}

// askErasure saves the request.
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

// withdraw withdraws one of the viewer's requests.
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
