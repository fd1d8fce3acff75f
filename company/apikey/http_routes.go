package apikey

import "socialdirect/web"

// Routes are the pages of keys.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise/api", web.ClientManagers, h.Page),
		web.Form("/entreprise/api", web.ClientManagers, h.Make),
		web.Post("/entreprise/api/{key}/suppression", web.ClientManagers, h.Revoke),
		web.Post("/administration/entreprises/{id}/cles/{key}/suppression", web.Administrators, h.Revoke),
	}
}
