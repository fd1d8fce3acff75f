package age

import (
	"net/http"

	"socialdirect/account/decision"
	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// agePage is the form that requests a proof of age, or settles the open request.
type agePage struct {
	Viewer  *viewer.Viewer
	Account people.Account
	Form    *form.Form
	Check   *Check // the open request, if any
	Days    int
	Overdue bool
}

func (agePage) Template() string { return "account/age" }

func (p agePage) Title() string {
	return "Preuve d’âge, compte " + web.Elide("de", p.Account.Name())
}

func (h *HTTP) agePage(r *web.Request, f *form.Form) (agePage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return agePage{}, err
	}
	v := r.Viewer
	page := agePage{Viewer: v, Form: f, Days: ageDays}
	if page.Account, err = h.ages.people.Account(r.Context(), v, id); err != nil {
		return agePage{}, err
	}
	checks, err := h.ages.ChecksOf(r.Context(), v, id)
	if err == nil && len(checks) > 0 && checks[0].Waits() {
		page.Check, page.Overdue = &checks[0], checks[0].Overdue(h.ages.db.Now())
	}
	return page, err
}

// showAge shows the form to an administrator.
func (h *HTTP) showAge(w http.ResponseWriter, r *web.Request) error {
	page, err := h.agePage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// askAge requests a proof of age.
func (h *HTTP) askAge(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.agePage(r, f)
	if err != nil {
		return err
	}
	reason := f.Text("reason", form.Text{Max: decision.MaxReason, Required: "Écrivez pourquoi\u00a0: la personne le lira.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.ages.Ask(r.Context(), page.Viewer, page.Account.ID, reason); err != nil {
		return err
	}
	return web.Done(w, r, "saved", pages.AccountPath(page.Account.ID))
}

// settleAge settles the open request.
func (h *HTTP) settleAge(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.agePage(r, f)
	if err != nil {
		return err
	}
	outcome := f.Choice("outcome", []string{string(Verified), string(Closed)}, errAgeOutcome.Message)
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.ages.Settle(r.Context(), page.Viewer, page.Account.ID, Outcome(outcome)); err != nil {
		return err
	}
	return web.Done(w, r, "decided", pages.AccountPath(page.Account.ID))
}
