package calendar

import "socialdirect/web"

// Routes are the pages of calendars kept elsewhere, and the feed.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda/calendriers", web.SocialWorkers, h.Calendars),
		web.Form("/agenda/calendriers", web.SocialWorkers, h.AddCalendar),
		web.Post("/agenda/calendriers/{id}/lecture", web.SocialWorkers, h.RefreshCalendar),
		web.Post("/agenda/calendriers/{id}/pause", web.SocialWorkers, h.PauseCalendar),
		web.Post("/agenda/calendriers/{id}/reprise", web.SocialWorkers, h.ResumeCalendar),
		web.Form("/agenda/calendriers/{id}/journees", web.SocialWorkers, h.CountAllDay),
		web.Post("/agenda/calendriers/{id}/suppression", web.SocialWorkers, h.RemoveCalendar),
		web.Get("/agenda/abonnement", web.SocialWorkers, h.FeedPage),
		web.Form("/agenda/abonnement", web.SocialWorkers, h.MakeFeed),
		web.Post("/agenda/abonnement/suppression", web.SocialWorkers, h.RevokeFeed),
		web.Get("/agenda/abonnement/{token}/agenda.ics", web.Everyone, h.FeedICS),
	}
}
