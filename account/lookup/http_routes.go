package lookup

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of the administration's search and of likely doubles.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/comptes", web.Administrators, h.showSearch).In(web.Place{Role: viewer.Administrator, Order: 2, Label: "Comptes", Icon: "users"}).InAdministration(3, "Comptes"),
		web.Form("/administration/comptes", web.Administrators, h.searchAccounts),
		web.Get("/administration/doubles", web.Administrators, h.showDoubleGroups),
	}
}
