package notify

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the switchboard’s pages of the delivery log.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/standard/notifications", web.Switchboard, h.unreached).In(web.Place{Role: viewer.Switchboard, Order: 2, Label: "À\u202fjoindre", Icon: "phone"}),
		web.Get("/standard/notifications/{id}", web.Switchboard, h.deliveries),
		web.Form("/standard/notifications/{id}", web.Switchboard, h.markCalled),
	}
}
