package waitlist

import "socialdirect/web"

// Routes are the pages of the waitlist.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/liste-attente", web.Beneficiaries, h.Page).Within("/assistants"),
		web.Form("/liste-attente", web.Beneficiaries, h.Join),
		web.Post("/liste-attente/{id}/suppression", web.Beneficiaries, h.leave),
	}
}
