package rebooking

import (
	"socialdirect/callback"
	"socialdirect/web"
)

// Routes are the pages of rebooking, except the act itself.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/rendez-vous/{id}/propositions", web.Beneficiaries, h.Proposals),
		web.Post("/rendez-vous/{id}/propositions/refus", web.Beneficiaries, h.decline),
		web.Get(callback.DeskPath, web.Switchboard, h.recalls),
		web.Form(callback.DeskPath+"/{id}", web.Switchboard, h.noteRecall),
	}
}
