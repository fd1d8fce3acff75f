package worker

import "socialdirect/web"

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/profil/fiche", web.SocialWorkers, h.sheet),
		web.Form("/profil/fiche", web.SocialWorkers, h.updateSheet),
		web.Post("/profil/fiche/photo", web.SocialWorkers, h.setPortrait).As(web.UploadRoute),
		web.Post("/profil/fiche/photo/suppression", web.SocialWorkers, h.removePortrait),
		web.Form("/profil/fiche/lieux", web.SocialWorkers, h.addPlace),
		web.Form("/profil/fiche/lieux/{place}", web.SocialWorkers, h.updatePlace),
		web.Post("/profil/fiche/lieux/{place}/monter", web.SocialWorkers, h.raisePlace),
		web.Post("/profil/fiche/lieux/{place}/retrait", web.SocialWorkers, h.removePlace),
		web.Form("/profil/fiche/assurance", web.SocialWorkers, h.submitInsurance),
		web.Get("/assistants/{id}/photo", web.SignedIn, h.portrait),
		web.Get("/administration/assistants", web.Administrators, h.adminWorkers).InAdministration(2, "Assistantes sociales"),
		web.Form("/administration/assistants", web.Administrators, h.addWorker),
		web.Get("/administration/assistants/{id}", web.Administrators, h.sheet),
		web.Form("/administration/assistants/{id}", web.Administrators, h.updateSheet),
		web.Post("/administration/assistants/{id}/photo", web.Administrators, h.setPortrait).As(web.UploadRoute),
		web.Post("/administration/assistants/{id}/photo/suppression", web.Administrators, h.removePortrait),
		web.Form("/administration/assistants/{id}/lieux", web.Administrators, h.addPlace),
		web.Form("/administration/assistants/{id}/lieux/{place}", web.Administrators, h.updatePlace),
		web.Post("/administration/assistants/{id}/lieux/{place}/monter", web.Administrators, h.raisePlace),
		web.Post("/administration/assistants/{id}/lieux/{place}/retrait", web.Administrators, h.removePlace),
		web.Form("/administration/assistants/{id}/diplome", web.Administrators, h.recordDiploma),
		web.Form("/administration/assistants/{id}/assurance", web.Administrators, h.recordInsurance),
		web.Post("/administration/assistants/{id}/justificatifs/{credential}/confirmation", web.Administrators, h.confirmCredential),
		web.Post("/administration/assistants/{id}/justificatifs/{credential}/retrait", web.Administrators, h.withdrawCredential),
	}
}
