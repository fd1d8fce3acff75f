package account

import (
	"context"
	"net/http"
	"strconv"

	"socialdirect/account/factor"
	"socialdirect/account/lookup"
	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Label says the state as a person would.
func (s State) Label() string { return stateLabels[s] }

var stateLabels = map[State]string{
	Open: "Ouvert", Unvalidated: "Adresse à confirmer", Invited: "Invitation envoyée", Suspended: "Suspendu", Closed: "Fermé",
	Erased: "Supprimé, à la demande de la personne",
}

const accountsPath = "/administration/comptes"

type searchPage struct {
	Form  *form.Form
	Asked bool // something was looked for
	Found []Account

	Previous, Next int // the pages beside this one, 0 for none
}

func (searchPage) Template() string { return "account/search" }
func (searchPage) Title() string    { return "Comptes" }

// searchTurn is the button that leads to another page of what was found.
type searchTurn struct {
	Form  *form.Form
	Page  int
	Label string
}

// Turn is one of them.
func (p searchPage) Turn(page int, label string) searchTurn { return searchTurn{p.Form, page, label} }

// Role is a role's name, for the template.
func (searchPage) Role(role viewer.Role) string { return people.RoleLabel(role) }

// showSearch shows the form of the search.
func (h *HTTP) showSearch(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, searchPage{Form: form.New(nil)})
}

// searchAccounts finds accounts by name, address or number; it is a POST, its
// further pages too, so that none of them stays in an address.
func (h *HTTP) searchAccounts(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := searchPage{Form: f}
	query := f.Text("q", form.Text{Max: 100, Required: errShortSearch.Message})
	if !f.Valid() {
		return f.Invalid(page)
	}
	number, _ := strconv.Atoi(f.Hidden("page", 4)) // what is no number is the first page
	number = min(max(number, 1), foundPages)
	found, more, err := h.accounts.FindAccounts(r.Context(), r.Viewer, query, number)
	if err != nil {
		return pages.Refuse(f, "q", err, page)
	}
	page.Asked, page.Found, page.Previous = true, found, number-1
	if more {
		page.Next = number + 1
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

type accountPage struct {
	Account
	Viewer    *viewer.Viewer
	Own       bool // the viewer's own, about which they decide nothing
	Client    string
	Coming    int // appointments that stand
	Decisions []Decided
	Resets    []pastReset // of the second factor
	Reports   []report.Report
	Doubles   []lookup.Double // of a beneficiary
	Possible  []Act
	Recovery  bool       // the second factor can be reset here
	ResetCode string     // to be read out, in groups of four, once after a reset
	Ages      []AgeCheck // proofs of age that were asked for
}

func (accountPage) Template() string { return "account/account" }
func (accountPage) Title() string    { return "Compte" }

// RoleName is the role's name, for the template.
func (accountPage) RoleName(role viewer.Role) string { return people.RoleLabel(role) }

// Done says a past decision, and Link leads to one that is possible.
func (accountPage) Done(d Decided) string { return acts[d.Act].done }

// Link is what the button of a possible decision says.
func (accountPage) Link(act Act) string { return acts[act].link }

// Display is the number as people read it.
func (p accountPage) Display() string { return people.DisplayMobile(p.Mobile) }

// AgeAskable reports whether a proof of age can be asked for, or is waited for.
func (p accountPage) AgeAskable() bool {
	return !p.Own && p.Role == viewer.Beneficiary && p.State != Closed && p.State != Erased
}

// Resendable reports whether an invitation can be sent again.
func (p accountPage) Resendable() bool { return p.State == Invited && p.Role.Staff() }

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
	if page.Account, err = h.accounts.Account(ctx, v, id); err != nil {
		return page, err
	}
	page.CreatedAt = page.CreatedAt.In(v.Zone)
	var refused bool
	if page.Decisions, refused, err = h.accounts.Decisions(ctx, v, id); err != nil {
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
	if page.Ages, err = h.accounts.checksOfAccount(ctx, v, id); err != nil {
		return page, err
	}
	if !page.Own {
		page.Possible, page.Recovery = page.Account.Possible(refused), page.Role.Staff() && page.Accepted
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

// CountComing hands in how many appointments somebody has before them, which a
// domain above knows.
func (h *HTTP) CountComing(count func(context.Context, uuid.UUID) (int, error)) { h.comingOf = count }

func (h *HTTP) coming(ctx context.Context, id uuid.UUID) (int, error) {
	if h.comingOf == nil {
		return 0, nil
	}
	return h.comingOf(ctx, id)
}
