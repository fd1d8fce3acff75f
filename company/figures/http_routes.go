package figures

import "socialdirect/web"

// Routes are the pages of figures.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise/chiffres", web.ClientManagers, h.Page),
		web.Get("/entreprise/chiffres.csv", web.ClientManagers, h.CSV),
		web.Get("/administration/chiffres", web.Administrators, h.showGuess),
	}
}
