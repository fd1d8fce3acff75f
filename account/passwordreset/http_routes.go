package passwordreset

import "socialdirect/web"

// Routes returns the routes of a forgotten password.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/mot-de-passe/oubli", web.Everyone, h.showForgotten),
		web.Form("/mot-de-passe/oubli", web.Everyone, h.forgotten),
		web.Get("/mot-de-passe/nouveau", web.Everyone, h.showReset),
		web.Form("/mot-de-passe/nouveau", web.Everyone, h.reset),
	}
}
