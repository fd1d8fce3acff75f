package account

import (
	"context"
	"net/http"
	"time"

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
	Own       bool // the viewer's own account, about which they cannot decide
	Client    string
	Coming    int // number of appointments to come
	Decisions []decision.Decided
	Resets    []pastReset // of the second factor
	Reports   []report.Report
	Doubles   []lookup.Double // of a beneficiary
	Possible  []decision.Act
	Recovery  bool        // the second factor can be reset here
	ResetCode string      // in groups of four, to be read out; shown once after a reset
	Ages      []age.Check // requested proofs of age
	Refused   *time.Time  // until when sign-up is refused to the person
}

func (accountPage) Template() string { return "account/account" }
func (p accountPage) Title() string  { return "Compte " + web.Elide("de", p.Name()) }

// RoleName returns the name of a role.
func (accountPage) RoleName(role viewer.Role) string { return people.RoleLabel(role) }

// Done returns the words for a past decision.
func (accountPage) Done(d decision.Decided) string { return d.Act.Done() }

// Link returns the label of the button of a possible decision.
func (accountPage) Link(act decision.Act) string { return act.Link() }

// Display returns the mobile number as people read it.
func (p accountPage) Display() string { return people.DisplayMobile(p.Mobile) }

// AgeAskable reports whether the page links to the proof of age: to request one, or to
// decide on a requested one.
func (p accountPage) AgeAskable() bool {
	return !p.Own && p.Role == viewer.Beneficiary && p.State != people.Closed && p.State != people.Erased
}

// Resendable reports whether an invitation can be sent again.
func (p accountPage) Resendable() bool { return p.State == people.Invited && p.Role.Staff() }

// showAccount shows one account to an administrator.
func (h *HTTP) showAccount(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	page, err := h.accountPage(r.Context(), r.Viewer, id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet { // the code can be shown once, and a HEAD request shows nothing
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
	if page.Decisions, page.Refused, err = h.accounts.Decisions.About(ctx, v, id); err != nil {
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
		page.Possible, page.Recovery = decision.Possible(page.Account, page.Refused != nil), page.Role.Staff() && page.Accepted
	}
	return page, nil
}

// pastReset is a reset of the second factor with its author's name.
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
