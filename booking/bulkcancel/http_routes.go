package bulkcancel

import "socialdirect/web"

// Routes are the pages of cancelling many at once.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda/annulations", web.SocialWorkers, h.ClearPage),
		web.Form("/agenda/annulations/verification", web.SocialWorkers, h.CheckClearing),
		web.Form("/agenda/annulations", web.SocialWorkers, h.Clear),
		web.Get("/administration/assistants/{id}/annulations", web.Administrators, h.ClearPage),
		web.Form("/administration/assistants/{id}/annulations/verification", web.Administrators, h.CheckClearing),
		web.Form("/administration/assistants/{id}/annulations", web.Administrators, h.Clear),
	}
}
