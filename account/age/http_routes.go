package age

import "socialdirect/web"

// Routes returns the routes of proofs of age.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/comptes/{id}/age", web.Administrators, h.showAge),
		web.Form("/administration/comptes/{id}/age", web.Administrators, h.askAge),
		web.Form("/administration/comptes/{id}/age/suite", web.Administrators, h.settleAge),
	}
}
