package apikey

import "socialdirect/web"

// Routes are the pages of keys.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise/api", web.ClientManagers, h.showKeys),
		web.Form("/entreprise/api", web.ClientManagers, h.makeKey),
		web.Post("/entreprise/api/{key}/suppression", web.ClientManagers, h.revoke),
		web.Post("/administration/entreprises/{id}/cles/{key}/suppression", web.Administrators, h.revoke),
	}
}
