package figures

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of figures.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise/chiffres", web.ClientManagers, h.Page).In(web.Place{Role: viewer.ClientManager, Order: 2, Label: "Chiffres", Icon: "chart-column"}),
		web.Get("/entreprise/chiffres.csv", web.ClientManagers, h.CSV),
		web.Get("/entreprise/rapport", web.ClientManagers, h.showReport).Within("/entreprise/chiffres"),
		web.Get("/entreprise/rapport.pdf", web.ClientManagers, h.reportFile),
		web.Get("/administration/chiffres", web.Administrators, h.showGuess).InAdministration(7, "Chiffres"),
	}
}
