package account

import (
	"net/http"

	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/form"
	"socialdirect/web"
)

const colleaguesPath = "/entreprise/gestionnaires"

// colleaguesPage lists the managers of a client, with the form that invites another one.
type colleaguesPage struct {
	Form     *form.Form
	Managers []people.Person
}

func (colleaguesPage) Template() string { return "account/colleagues" }
func (colleaguesPage) Title() string    { return "Gestionnaires" }

func (h *HTTP) colleaguesPage(r *web.Request, f *form.Form) (colleaguesPage, error) {
	managers, err := h.accounts.Colleagues(r.Context(), r.Viewer)
	return colleaguesPage{f, managers}, err
}

// showColleagues shows a manager the other managers of the client.
func (h *HTTP) showColleagues(w http.ResponseWriter, r *web.Request) error {
	page, err := h.colleaguesPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// inviteColleague invites another manager. The answer is the same for every address.
func (h *HTTP) inviteColleague(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.colleaguesPage(r, f)
	if err != nil {
		return err
	}
	in := signup.Invitation{
		FirstName: f.Name("first_name", "Écrivez le prénom."),
		LastName:  f.Name("last_name", "Écrivez le nom."),
		Email:     f.Email("email"),
		Zone:      r.Viewer.Zone.String(),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.InviteColleague(r.Context(), r.Viewer, in); err != nil {
		return f.Refused("email", err, page)
	}
	return web.Done(w, r, "invited", colleaguesPath)
}
