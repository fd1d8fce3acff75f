package notification

import "socialdirect/web"

const choicesPath = "/profil/notifications/messages"

// Routes are the pages on which people stop notifications.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/desinscription", web.Everyone, h.showStop),
		web.Post("/desinscription", web.Everyone, h.stop),
		web.Get(choicesPath, web.SignedIn, h.showChoices),
		web.Form(choicesPath, web.SignedIn, h.choose),
	}
}
