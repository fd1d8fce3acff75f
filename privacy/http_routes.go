package privacy

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of people's rights.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/vos-droits", web.Everyone, h.showRights),
		web.Form("/vos-droits", web.Everyone, h.askPublicly),
		web.Get("/vos-droits/suite", web.Everyone, h.next),
		web.Get("/vos-droits/confirmation", web.Everyone, h.showConfirm),
		web.Form("/vos-droits/confirmation", web.Everyone, h.confirm),
		web.Get("/vos-droits/confirmation/merci", web.Everyone, h.confirmed),
		web.Get("/profil/donnees", web.SignedIn.BeforeAcceptance(), h.data),
		web.Get("/profil/donnees/suppression", web.SignedIn.BeforeAcceptance(), h.showErasure),
		web.Form("/profil/donnees/suppression", web.SignedIn.BeforeAcceptance(), h.askErasure),
		web.Post("/profil/donnees/demandes/{id}/retrait", web.SignedIn.BeforeAcceptance(), h.withdraw),
		web.Get("/protection-des-donnees", web.DataProtection, h.desk).In(web.Place{Role: viewer.DPO, Order: 1, Label: "Données", Icon: "shield-check"}),
		web.Get("/protection-des-donnees/demandes/nouvelle", web.DataProtection, h.showEnter),
		web.Form("/protection-des-donnees/demandes", web.DataProtection, h.enter),
		web.Get("/protection-des-donnees/demandes/{id}", web.DataProtection, h.request),
		web.Form("/protection-des-donnees/demandes/{id}/recherche", web.DataProtection, h.search),
		web.Form("/protection-des-donnees/demandes/{id}/rattachement", web.DataProtection, h.match),
		web.Form("/protection-des-donnees/demandes/{id}/etape", web.DataProtection, h.addNote),
		web.Form("/protection-des-donnees/demandes/{id}/refus", web.DataProtection, h.refuse),
		web.Get("/protection-des-donnees/demandes/{id}/effacement", web.DataProtection, h.showCarryOut),
		web.Form("/protection-des-donnees/demandes/{id}/effacement", web.DataProtection, h.carryOut),
		web.Get("/protection-des-donnees/demandes/{id}/archive", web.DataProtection, h.showArchive),
		web.Form("/protection-des-donnees/demandes/{id}/archive", web.DataProtection, h.openArchive),
	}
}
