package lookup

import "socialdirect/web"

// Routes are the pages of likely doubles.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/doubles", web.Administrators, h.showDoubleGroups),
	}
}
