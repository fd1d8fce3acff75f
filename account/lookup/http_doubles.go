package lookup

import (
	"net/http"
	"strconv"

	"socialdirect/web"
)

const doublesPath = "/administration/doubles"

// groupsPage is one page of likely doubles.
type groupsPage struct {
	Groups         []DoubleGroup
	Previous, Next string // paths of the previous and the next page, empty for none
}

func (groupsPage) Template() string { return "account/double_groups" }

func (groupsPage) Title() string { return "Comptes qui se ressemblent" }

// showDoubleGroups shows one page of likely doubles: the first unless the query has a page
// number.
func (h *HTTP) showDoubleGroups(w http.ResponseWriter, r *web.Request) error {
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	number = min(max(number, 1), groupPages)
	groups, more, err := h.lookups.DoubleGroups(r.Context(), r.Viewer, number)
	if err != nil {
		return err
	}
	page := groupsPage{Groups: groups}
	if number > 1 {
		page.Previous = doublesPath + "?page=" + strconv.Itoa(number-1)
	}
	if more {
		page.Next = doublesPath + "?page=" + strconv.Itoa(number+1)
	}
	return h.render.Render(w, r, http.StatusOK, page)
}
