package bulkcancel

import "socialdirect/web"

// Routes are the pages of bulk cancel.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda/annulations", web.SocialWorkers, h.showBulkCancel),
		web.Form("/agenda/annulations/verification", web.SocialWorkers, h.checkBulkCancel),
		web.Form("/agenda/annulations", web.SocialWorkers, h.cancelChosen),
		web.Get("/administration/assistants/{id}/annulations", web.Administrators, h.showBulkCancel),
		web.Form("/administration/assistants/{id}/annulations/verification", web.Administrators, h.checkBulkCancel),
		web.Form("/administration/assistants/{id}/annulations", web.Administrators, h.cancelChosen),
	}
}
