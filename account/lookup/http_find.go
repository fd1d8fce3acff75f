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
	Asked bool // something was looked for
	Found []people.Account

	Previous, Next int // the pages beside this one, 0 for none
}

func (searchPage) Template() string { return "account/search" }

func (searchPage) Title() string { return "Comptes" }

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
