package report

import "socialdirect/web"

// Routes are the pages of what workers reported.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/signalements", web.Administrators, h.showReports),
		web.Form("/administration/signalements/{id}", web.Administrators, h.markReport),
	}
}
