package lookup

import "socialdirect/web"

// Routes are the pages of the administration's search and of likely doubles.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/comptes", web.Administrators, h.showSearch),
		web.Form("/administration/comptes", web.Administrators, h.searchAccounts),
		web.Get("/administration/doubles", web.Administrators, h.showDoubleGroups),
	}
}
