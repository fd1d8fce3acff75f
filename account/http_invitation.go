package account

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"socialdirect/account/factor"
	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/alphabet"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

type invitePage struct {
	Form    *form.Form
	Roles   []form.Option
	Clients []form.Option
	Zones   []form.Option
}

func (invitePage) Template() string { return "account/invite" }
func (invitePage) Title() string    { return "Inviter" }

func (h *HTTP) invitePage(r *web.Request, f *form.Form) (invitePage, error) {
	page := invitePage{Form: f}
	for _, role := range invitable {
		page.Roles = append(page.Roles, form.Option{Value: string(role), Label: people.RoleLabel(role)})
	}
	page.Zones = people.Zones
	names, err := h.accounts.companies.Names(r.Context())
	for id, name := range names {
		page.Clients = append(page.Clients, form.Option{Value: id.String(), Label: name})
	}
	slices.SortFunc(page.Clients, func(a, b form.Option) int {
		return cmp.Or(alphabet.Compare(a.Label, b.Label), strings.Compare(a.Value, b.Value))
	})
	return page, err
}

// showInvite shows the form that invites a member of staff.
func (h *HTTP) showInvite(w http.ResponseWriter, r *web.Request) error {
	page, err := h.invitePage(r, form.New(map[string]string{"time_zone": zone.Default}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func decodeInvitation(f *form.Form, page invitePage) signup.Invitation {
	in := signup.Invitation{
		Role:      viewer.Role(f.Choice("role", form.Values(page.Roles), "Choisissez ce que cette personne fera.")),
		FirstName: f.Name("first_name", "Écrivez le prénom."),
		LastName:  f.Name("last_name", "Écrivez le nom."),
		Email:     f.Email("email"),
		Zone:      f.Choice("time_zone", form.Values(page.Zones), "Choisissez où cette personne travaille."),
	}
	if in.Role.OfClient() {
		client := f.Choice("client_id", form.Values(page.Clients), "Choisissez l’entreprise de cette personne.")
		in.ClientID, _ = form.ParseID(client) // an ID of the list, or empty and the form is invalid
	}
	return in
}

// invite saves that form.
func (h *HTTP) invite(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.invitePage(r, f)
	if err != nil {
		return err
	}
	in := decodeInvitation(f, page)
	if !f.Valid() {
		return f.Invalid(page)
	}
	id, err := h.accounts.InviteStaff(r.Context(), r.Viewer, in)
	if errors.Is(err, ErrEmailKnown) {
		return pages.Refuse(f, "email", err, page)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "invited", pages.AccountPath(id))
}

// reinvite sends an invitation again.
func (h *HTTP) reinvite(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := h.accounts.ResendInvitation(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "invited", pages.AccountPath(id))
}

type factorResetPage struct {
	Account people.Account
	Form    *form.Form
}

func (factorResetPage) Template() string { return "account/factor_reset" }
func (p factorResetPage) Title() string {
	return "Remettre à zéro la double vérification, compte " + web.Elide("de", p.Account.Name())
}

// factorReset returns the page that both handlers of a reset show.
func (h *HTTP) factorReset(r *web.Request, f *form.Form) (factorResetPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return factorResetPage{}, err
	}
	account, err := h.accounts.People.Account(r.Context(), r.Viewer, id)
	if err != nil {
		return factorResetPage{}, err
	}
	if !account.Role.Staff() {
		return factorResetPage{}, fault.New(fault.NotFound, "Ce compte n’a pas de double vérification.")
	}
	return factorResetPage{Account: account, Form: f}, nil
}

// showFactorReset asks for the reason of a reset.
func (h *HTTP) showFactorReset(w http.ResponseWriter, r *web.Request) error {
	page, err := h.factorReset(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// resetFactor removes the second factor, so that the person sets up another one at the
// next sign-in.
func (h *HTTP) resetFactor(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.factorReset(r, f)
	if err != nil {
		return err
	}
	reason := f.Text("reason", form.Text{Max: factor.MaxResetReason, Required: "Écrivez comment vous avez vérifié qui vous parle.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.Factors.ResetSecondFactor(r.Context(), r.Viewer, page.Account.ID, reason); err != nil {
		return err
	}
	return web.Done(w, r, "decided", pages.AccountPath(page.Account.ID))
}
