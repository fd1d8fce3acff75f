package lookup

import (
	"net/http"
	"strconv"

	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type searchPage struct {
	Form  *form.Form
	Asked bool // a search was made
	Found []people.Account

	Previous, Next int // numbers of the previous and the next page, 0 for none
}

func (searchPage) Template() string { return "account/search" }

func (searchPage) Title() string { return "Comptes" }

// searchTurn is the button that leads to another page of results.
type searchTurn struct {
	Form  *form.Form
	Page  int
	Label string
}

// Turn returns the button that leads to a page.
func (p searchPage) Turn(page int, label string) searchTurn { return searchTurn{p.Form, page, label} }

// FirstShown and LastShown say which of all results the page shows, counted from 1.
func (p searchPage) FirstShown() int { return p.Previous*foundAtOnce + 1 }

// LastShown is the counterpart of FirstShown.
func (p searchPage) LastShown() int { return p.Previous*foundAtOnce + len(p.Found) }

// Role returns the name of a role.
func (searchPage) Role(role viewer.Role) string { return people.RoleLabel(role) }

// showSearch shows the search form.
func (h *HTTP) showSearch(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, searchPage{Form: form.New(nil)})
}

// searchAccounts shows one page of results. It is a POST, for further pages too, so that
// names and numbers do not appear in URLs.
func (h *HTTP) searchAccounts(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := searchPage{Form: f}
	query := f.Text("q", form.Text{Max: 100, Required: errShortSearch.Message})
	if !f.Valid() {
		return f.Invalid(page)
	}
	number, _ := strconv.Atoi(f.Hidden("page", 4)) // 0 when there is no number: the first page
	number = min(max(number, 1), foundPages)
	found, more, err := h.lookups.FindAccounts(r.Context(), r.Viewer, query, number)
	if err != nil {
		return pages.Refuse(f, "q", err, page)
	}
	page.Asked, page.Found, page.Previous = true, found, number-1
	if more {
		page.Next = number + 1
	}
	return h.render.Render(w, r, http.StatusOK, page)
}
