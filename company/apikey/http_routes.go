package apikey

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of keys.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise/api", web.ClientManagers, h.showKeys).In(web.Place{Role: viewer.ClientManager, Order: 3, Label: "Logiciels", Icon: "key-round"}),
		web.Form("/entreprise/api", web.ClientManagers, h.makeKey),
		web.Post("/entreprise/api/{key}/suppression", web.ClientManagers, h.revoke),
		web.Post("/administration/entreprises/{id}/cles/{key}/suppression", web.Administrators, h.revoke),
	}
}
