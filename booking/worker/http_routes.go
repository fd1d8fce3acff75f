package worker

import "socialdirect/web"

// Routes are the pages of social workers.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/profil/fiche", web.SocialWorkers, h.Sheet),
		web.Form("/profil/fiche", web.SocialWorkers, h.UpdateSheet),
		web.Post("/profil/fiche/photo", web.SocialWorkers, h.SetPortrait).As(web.UploadRoute),
		web.Post("/profil/fiche/photo/suppression", web.SocialWorkers, h.RemovePortrait),
		web.Form("/profil/fiche/lieux", web.SocialWorkers, h.AddPlace),
		web.Form("/profil/fiche/lieux/{place}", web.SocialWorkers, h.UpdatePlace),
		web.Post("/profil/fiche/lieux/{place}/monter", web.SocialWorkers, h.RaisePlace),
		web.Post("/profil/fiche/lieux/{place}/retrait", web.SocialWorkers, h.RemovePlace),
		web.Form("/profil/fiche/assurance", web.SocialWorkers, h.SubmitInsurance),
		web.Get("/assistants/{id}/photo", web.SignedIn, h.Portrait),
		web.Get("/administration/assistants", web.Administrators, h.AdminWorkers),
		web.Form("/administration/assistants", web.Administrators, h.AddWorker),
		web.Get("/administration/assistants/{id}", web.Administrators, h.Sheet),
		web.Form("/administration/assistants/{id}", web.Administrators, h.UpdateSheet),
		web.Post("/administration/assistants/{id}/photo", web.Administrators, h.SetPortrait).As(web.UploadRoute),
		web.Post("/administration/assistants/{id}/photo/suppression", web.Administrators, h.RemovePortrait),
		web.Form("/administration/assistants/{id}/lieux", web.Administrators, h.AddPlace),
		web.Form("/administration/assistants/{id}/lieux/{place}", web.Administrators, h.UpdatePlace),
		web.Post("/administration/assistants/{id}/lieux/{place}/monter", web.Administrators, h.RaisePlace),
		web.Post("/administration/assistants/{id}/lieux/{place}/retrait", web.Administrators, h.RemovePlace),
		web.Form("/administration/assistants/{id}/diplome", web.Administrators, h.RecordDiploma),
		web.Form("/administration/assistants/{id}/assurance", web.Administrators, h.RecordInsurance),
		web.Post("/administration/assistants/{id}/justificatifs/{credential}/confirmation", web.Administrators, h.ConfirmCredential),
		web.Post("/administration/assistants/{id}/justificatifs/{credential}/retrait", web.Administrators, h.WithdrawCredential),
		web.Get("/administration/motifs", web.Administrators, h.Reasons),
		web.Form("/administration/motifs", web.Administrators, h.AddReason),
		web.Form("/administration/motifs/{slug}", web.Administrators, h.RenameReason),
		web.Post("/administration/motifs/{slug}/retrait", web.Administrators, h.RetireReason),
		web.Post("/administration/motifs/{slug}/retour", web.Administrators, h.RestoreReason),
		web.Post("/administration/motifs/{slug}/monter", web.Administrators, h.RaiseReason),
	}
}
