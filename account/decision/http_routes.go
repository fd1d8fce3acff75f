package decision

import "socialdirect/web"

// Routes returns the routes of decisions.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/comptes/{id}/decision", web.Administrators, h.showDecision),
		web.Form("/administration/comptes/{id}/decision", web.Administrators, h.decide),
	}
}
