package search

import "socialdirect/web"

// Routes are the pages of searching.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/assistants", web.Beneficiaries, h.Workers),
		web.Get("/au-plus-tot", web.Beneficiaries, h.Soonest),
		web.Get("/standard/beneficiaires/{id}", web.Switchboard, h.Person),
	}
}
