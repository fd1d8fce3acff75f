package account

import (
	"context"
	"net/http"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/lookup"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

type accountPage struct {
	people.Account
	Viewer    *viewer.Viewer
	Own       bool // the viewer's own, about which they decide nothing
	Client    string
	Coming    int // appointments that stand
	Decisions []decision.Decided
	Resets    []pastReset // of the second factor
	Reports   []report.Report
	Doubles   []lookup.Double // of a beneficiary
	Possible  []decision.Act
	Recovery  bool        // the second factor can be reset here
	ResetCode string      // to be read out, in groups of four, once after a reset
	Ages      []age.Check // proofs of age that were asked for
}

func (accountPage) Template() string { return "account/account" }
func (accountPage) Title() string    { return "Compte" }

// RoleName is the role's name, for the template.
func (accountPage) RoleName(role viewer.Role) string { return people.RoleLabel(role) }

// Done says a past decision, and Link leads to one that is possible.
func (accountPage) Done(d decision.Decided) string { return d.Act.Done() }

// Link is what the button of a possible decision says.
func (accountPage) Link(act decision.Act) string { return act.Link() }

// Display is the number as people read it.
func (p accountPage) Display() string { return people.DisplayMobile(p.Mobile) }

// AgeAskable reports whether a proof of age can be asked for, or is waited for.
func (p accountPage) AgeAskable() bool {
	return !p.Own && p.Role == viewer.Beneficiary && p.State != people.Closed && p.State != people.Erased
}

// Resendable reports whether an invitation can be sent again.
func (p accountPage) Resendable() bool { return p.State == people.Invited && p.Role.Staff() }

// showAccount is one account's page.
func (h *HTTP) showAccount(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	page, err := h.accountPage(r.Context(), r.Viewer, id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet { // asking for the head alone shows nothing
		code, err := h.accounts.Factors.TakeResetCode(r.Context(), page.Viewer, id)
		if err != nil {
			return err
		}
		page.ResetCode = web.InFours(code, " ")
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) accountPage(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (page accountPage, err error) {
	page.Viewer, page.Own = v, v.ID == id
	if page.Account, err = h.accounts.People.Account(ctx, v, id); err != nil {
		return page, err
	}
	page.CreatedAt = page.CreatedAt.In(v.Zone)
	var refused bool
	if page.Decisions, refused, err = h.accounts.Decisions.About(ctx, v, id); err != nil {
		return page, err
	}
	if page.Resets, err = h.resets(ctx, v, id); err != nil {
		return page, err
	}
	if page.Reports, err = h.accounts.Reports.ReportsAbout(ctx, v, id); err != nil {
		return page, err
	}
	if page.Doubles, err = h.accounts.Lookups.DoublesOf(ctx, v, id); err != nil {
		return page, err
	}
	if page.Coming, err = h.coming(ctx, id); err != nil {
		return page, err
	}
	if page.Role == viewer.ClientManager {
		names, err := h.accounts.companies.Names(ctx)
		if err != nil {
			return page, err
		}
		page.Client = names[page.ClientID]
	}
	if page.Ages, err = h.accounts.Ages.ChecksOf(ctx, v, id); err != nil {
		return page, err
	}
	if !page.Own {
		page.Possible, page.Recovery = decision.Possible(page.Account, refused), page.Role.Staff() && page.Accepted
	}
	return page, nil
}

// pastReset is a reset with its author's name.
type pastReset struct {
	factor.Reset
	Author string
}

func (h *HTTP) resets(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]pastReset, error) {
	all, err := h.accounts.Factors.SecondFactorResets(ctx, v, id)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, reset := range all {
		ids = append(ids, reset.AuthorID)
	}
	authors, err := h.accounts.People.ByIDs(ctx, ids)
	named := make([]pastReset, len(all))
	for i, reset := range all {
		named[i] = pastReset{reset, people.NameOf(authors, reset.AuthorID)}
	}
	return named, err
}
