package company

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of clients.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/entreprise", web.ClientManagers, h.ManagerPage).In(web.Place{Role: viewer.ClientManager, Order: 1, Label: "Mon entreprise", Icon: "building-2"}),
		web.Get("/entreprise/qr.svg", web.ClientManagers, h.QRSVG),
		web.Get("/entreprise/qr.png", web.ClientManagers, h.QRPNG),
		web.Form("/entreprise/codes", web.ClientManagers, h.IssueCode),
		web.Get("/entreprise/codes/{code}/revocation", web.ClientManagers, h.RevokePage),
		web.Post("/entreprise/codes/{code}/revocation", web.ClientManagers, h.Revoke),
		web.Get("/entreprise/codes/{code}/remplacement", web.ClientManagers, h.RotatePage),
		web.Form("/entreprise/codes/{code}/remplacement", web.ClientManagers, h.Rotate),
		web.Get("/entreprise/codes/{code}/courriel", web.ClientManagers, h.MailPage),
		web.Get("/entreprise/codes/{code}/affiche", web.ClientManagers, h.PosterPage),
		web.Get("/entreprise/codes/{code}/affiche.pdf", web.ClientManagers, h.PosterFile),
		web.Get("/administration", web.Administrators, h.showClients).In(web.Place{Role: viewer.Administrator, Order: 1, Label: "Administration", Icon: "building-2"}).InAdministration(1, "Entreprises"),
		web.Form("/administration/entreprises", web.Administrators, h.Create),
		web.Get("/administration/entreprises/{id}", web.Administrators, h.ClientPage),
		web.Form("/administration/entreprises/{id}", web.Administrators, h.Edit),
		web.Form("/administration/entreprises/{id}/codes", web.Administrators, h.IssueCode),
		web.Get("/administration/entreprises/{id}/codes/{code}/revocation", web.Administrators, h.RevokePage),
		web.Post("/administration/entreprises/{id}/codes/{code}/revocation", web.Administrators, h.Revoke),
		web.Get("/administration/entreprises/{id}/codes/{code}/remplacement", web.Administrators, h.RotatePage),
		web.Form("/administration/entreprises/{id}/codes/{code}/remplacement", web.Administrators, h.Rotate),
		web.Get("/administration/entreprises/{id}/codes/{code}/courriel", web.Administrators, h.MailPage),
		web.Get("/administration/entreprises/{id}/codes/{code}/affiche", web.Administrators, h.PosterPage),
		web.Get("/administration/entreprises/{id}/codes/{code}/affiche.pdf", web.Administrators, h.PosterFile),
	}
}
