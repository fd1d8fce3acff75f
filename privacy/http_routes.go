package privacy

import "socialdirect/web"

// Routes are the pages of rights.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/vos-droits", web.Everyone, h.RightsPage),
		web.Form("/vos-droits", web.Everyone, h.AskPublicly),
		web.Get("/vos-droits/suite", web.Everyone, h.Next),
		web.Get("/vos-droits/confirmation", web.Everyone, h.ConfirmPage),
		web.Form("/vos-droits/confirmation", web.Everyone, h.Confirm),
		web.Get("/vos-droits/confirmation/merci", web.Everyone, h.Confirmed),
		web.Get("/profil/donnees", web.SignedIn.BeforeAcceptance(), h.Data),
		web.Get("/profil/donnees/suppression", web.SignedIn.BeforeAcceptance(), h.ErasurePage),
		web.Form("/profil/donnees/suppression", web.SignedIn.BeforeAcceptance(), h.AskErasure),
		web.Post("/profil/donnees/demandes/{id}/retrait", web.SignedIn.BeforeAcceptance(), h.Withdraw),
		web.Get("/protection-des-donnees", web.DataProtection, h.Desk),
		web.Get("/protection-des-donnees/demandes/nouvelle", web.DataProtection, h.EnterPage),
		web.Form("/protection-des-donnees/demandes", web.DataProtection, h.Enter),
		web.Get("/protection-des-donnees/demandes/{id}", web.DataProtection, h.Request),
		web.Form("/protection-des-donnees/demandes/{id}/recherche", web.DataProtection, h.Search),
		web.Form("/protection-des-donnees/demandes/{id}/rattachement", web.DataProtection, h.Match),
		web.Form("/protection-des-donnees/demandes/{id}/etape", web.DataProtection, h.AddNote),
		web.Form("/protection-des-donnees/demandes/{id}/refus", web.DataProtection, h.Refuse),
		web.Get("/protection-des-donnees/demandes/{id}/effacement", web.DataProtection, h.CarryPage),
		web.Form("/protection-des-donnees/demandes/{id}/effacement", web.DataProtection, h.CarryOut),
		web.Get("/protection-des-donnees/demandes/{id}/archive", web.DataProtection, h.ArchivePage),
		web.Form("/protection-des-donnees/demandes/{id}/archive", web.DataProtection, h.OpenArchive),
	}
}
