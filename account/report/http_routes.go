package report

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of reports.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/administration/signalements", web.Administrators, h.showReports).In(web.Place{Role: viewer.Administrator, Order: 3, Label: "Signalements", Icon: "triangle-alert"}).InAdministration(4, "Signalements"),
		web.Form("/administration/signalements/{id}", web.Administrators, h.markReport),
	}
}
