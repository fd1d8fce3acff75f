package notify

import "socialdirect/web"

// Routes are the switchboard’s pages of what reached nobody.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/standard/notifications", web.Switchboard, h.Unreached),
		web.Get("/standard/notifications/{id}", web.Switchboard, h.Deliveries),
		web.Form("/standard/notifications/{id}", web.Switchboard, h.MarkCalled),
	}
}
