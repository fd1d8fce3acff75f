package rebooking

import "socialdirect/web"

// Routes are the pages of rebooking, except the act itself.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/rendez-vous/{id}/propositions", web.Beneficiaries, h.Proposals),
		web.Post("/rendez-vous/{id}/propositions/refus", web.Beneficiaries, h.decline),
		web.Get("/standard/rappels", web.Switchboard, h.recalls),
		web.Form("/standard/rappels/{id}", web.Switchboard, h.noteRecall),
	}
}
