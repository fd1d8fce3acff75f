package calendar

import "socialdirect/web"

// Routes are the pages of calendars kept elsewhere, and the feed.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda/calendriers", web.SocialWorkers, h.showCalendars),
		web.Form("/agenda/calendriers", web.SocialWorkers, h.addCalendar),
		web.Post("/agenda/calendriers/{id}/lecture", web.SocialWorkers, h.syncNow),
		web.Post("/agenda/calendriers/{id}/pause", web.SocialWorkers, h.pauseCalendar),
		web.Post("/agenda/calendriers/{id}/reprise", web.SocialWorkers, h.resumeCalendar),
		web.Form("/agenda/calendriers/{id}/journees", web.SocialWorkers, h.countAllDay),
		web.Form("/agenda/calendriers/{id}/fuseau", web.SocialWorkers, h.assumeZone),
		web.Post("/agenda/calendriers/{id}/suppression", web.SocialWorkers, h.removeCalendar),
		web.Get("/agenda/abonnement", web.SocialWorkers, h.showFeed),
		web.Form("/agenda/abonnement", web.SocialWorkers, h.makeFeed),
		web.Post("/agenda/abonnement/suppression", web.SocialWorkers, h.revokeFeed),
		web.Get("/agenda/abonnement/{token}/agenda.ics", web.Everyone, h.feedICS),
	}
}
