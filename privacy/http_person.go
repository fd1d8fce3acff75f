package privacy

import (
	"net/http"

	"socialdirect/account"
	"socialdirect/account/passwords"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// dataPage is what is kept of the viewer, in plain words, and what they asked.
type dataPage struct {
	Viewer   *viewer.Viewer
	Requests []Request
	Age      *account.AgeCheck // that the operator asked for and waits for
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

// Data shows what is kept and what was asked.
func (h *HTTP) Data(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	mine, err := h.rights.Mine(r.Context(), v)
	if err != nil {
		return err
	}
	for i := range mine {
		mine[i].ReceivedAt = mine[i].ReceivedAt.In(v.Zone)
	}
	age, err := h.rights.accounts.OwnAgeCheck(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, dataPage{v, mine, age, h.contact()})
}

// ErasurePage is the confirmation step.
func (h *HTTP) ErasurePage(w http.ResponseWriter, r *http.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.erasurePage(r, form.New(nil)))
}

func (h *HTTP) erasurePage(r *http.Request, f *form.Form) erasurePage {
	v := viewer.From(r.Context())
	return erasurePage{Form: f, Role: v.Role, Password: !h.rights.accounts.Sessions.Reassured(v), Years: ArchiveYears}
}

// AskErasure keeps the request.
func (h *HTTP) AskErasure(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page := h.erasurePage(r, f)
	f.Checked("confirm", "Cochez cette case si c’est bien ce que vous voulez.")
	password := ""
	if page.Password {
		password = f.Secret("password", passwords.Max, "Écrivez votre mot de passe.")
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if _, err := h.rights.Ask(r.Context(), viewer.From(r.Context()), password); err != nil {
		field := "confirm"
		if page.Password {
			field = "password"
		}
		return refuse(f, field, err, page)
	}
	web.Flash(w, "rights-asked")
	return web.See(w, r, dataPath)
}

// Withdraw takes one's request back.
func (h *HTTP) Withdraw(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := h.rights.Withdraw(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "rights-withdrawn")
	return web.See(w, r, dataPath)
}
