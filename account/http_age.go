package account

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// agePage asks for the reason of a proof of age, or shows one that is waited for.
type agePage struct {
	Viewer  *viewer.Viewer
	Account Account
	Form    *form.Form
	Check   *AgeCheck // the one that is waited for
	Days    int
	Overdue bool
}

func (agePage) Template() string { return "account/age" }
func (agePage) Title() string    { return "Preuve d’âge" }

func (h *HTTP) agePage(r *http.Request, f *form.Form) (agePage, error) {
	id, err := form.PathID(r, "id")
	if err != nil {
		return agePage{}, err
	}
	v := viewer.From(r.Context())
	page := agePage{Viewer: v, Form: f, Days: AgeDays}
	if page.Account, err = h.accounts.Account(r.Context(), v, id); err != nil {
		return agePage{}, err
	}
	checks, err := h.accounts.AgeChecks(r.Context(), v, id)
	if err == nil && len(checks) > 0 && checks[0].Waits() {
		page.Check, page.Overdue = &checks[0], checks[0].Overdue(h.accounts.db.Now())
	}
	return page, err
}

// AgePage is where an administrator asks for a proof of age, and settles it.
func (h *HTTP) AgePage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.agePage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// AskAge asks.
func (h *HTTP) AskAge(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.agePage(r, f)
	if err != nil {
		return err
	}
	reason := f.Text("reason", form.Text{Max: MaxReason, Required: "Écrivez pourquoi\u00a0: la personne le lira.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.AskAge(r.Context(), page.Viewer, page.Account.ID, reason); err != nil {
		return err
	}
	web.Flash(w, "saved")
	return web.See(w, r, accountsPath+"/"+page.Account.ID.String())
}

// SettleAge keeps the outcome.
func (h *HTTP) SettleAge(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.agePage(r, f)
	if err != nil {
		return err
	}
	outcome := f.Choice("outcome", []string{string(AgeVerified), string(AgeClosed)}, errAgeOutcome.Message)
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.SettleAge(r.Context(), page.Viewer, page.Account.ID, AgeOutcome(outcome)); err != nil {
		return err
	}
	web.Flash(w, "decided")
	return web.See(w, r, accountsPath+"/"+page.Account.ID.String())
}
