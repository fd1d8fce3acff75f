package search

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/assistants", web.Beneficiaries, h.Workers).In(web.Place{Role: viewer.Beneficiary, Order: 1, Label: "Prendre rendez-vous", Icon: "calendar-plus"}),
		web.Get("/au-plus-tot", web.Beneficiaries, h.Soonest).Within("/assistants"),
		web.Form("/assistants/choix", web.Beneficiaries, h.Choose),
		web.Form("/standard/beneficiaires/{id}/choix", web.Switchboard, h.Choose),
		web.Get("/standard/beneficiaires/{id}", web.Switchboard, h.Person),
	}
}
