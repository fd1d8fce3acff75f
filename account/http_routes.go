package account

import (
	"slices"

	"socialdirect/web"
)

// Routes are the pages of accounts, those of its packages included.
func (h *HTTP) Routes() []web.Route {
	return slices.Concat(h.Sessions.Routes(), h.Factors.Routes(), h.SignUps.Routes(), h.Lookups.Routes(), h.Reports.Routes(), []web.Route{
		web.Get("/profil", web.SignedIn, h.ProfilePage),
		web.Form("/profil", web.SignedIn, h.UpdateProfile),
		web.Get("/profil/mobile", web.Beneficiaries, h.MobilePage),
		web.Form("/profil/mobile", web.Beneficiaries, h.ProveMobile),
		web.Form("/profil/mobile/envoi", web.Beneficiaries, h.SendMobileCode),
		web.Get("/profil/notifications", web.Beneficiaries, h.ContactPage),
		web.Form("/profil/notifications", web.Beneficiaries, h.ChooseContact),
		web.Get("/mot-de-passe/oubli", web.Everyone, h.ForgottenPage),
		web.Form("/mot-de-passe/oubli", web.Everyone, h.Forgotten),
		web.Get("/mot-de-passe/nouveau", web.Everyone, h.ResetPage),
		web.Form("/mot-de-passe/nouveau", web.Everyone, h.Reset),
		web.Get("/profil/adresse", web.Everyone, h.EmailPage),
		web.Form("/profil/adresse", web.Everyone, h.ChangeEmail),
		web.Get("/administration/comptes", web.Administrators, h.SearchPage),
		web.Form("/administration/comptes", web.Administrators, h.SearchAccounts),
		web.Get("/administration/comptes/invitation", web.Administrators, h.InvitePage),
		web.Form("/administration/comptes/invitation", web.Administrators, h.Invite),
		web.Get("/administration/comptes/{id}", web.Administrators, h.ShowAccount),
		web.Get("/administration/comptes/{id}/decision", web.Administrators, h.DecisionPage),
		web.Form("/administration/comptes/{id}/decision", web.Administrators, h.Decide),
		web.Post("/administration/comptes/{id}/invitation", web.Administrators, h.Reinvite),
		web.Get("/administration/comptes/{id}/double-verification", web.Administrators, h.FactorResetPage),
		web.Form("/administration/comptes/{id}/double-verification", web.Administrators, h.ResetFactor),
		web.Get("/administration/comptes/{id}/age", web.Administrators, h.AgePage),
		web.Form("/administration/comptes/{id}/age", web.Administrators, h.AskAge),
		web.Form("/administration/comptes/{id}/age/suite", web.Administrators, h.SettleAge),
		web.Get("/protection-des-donnees/journal", web.DataProtection, h.ShowJournal),
	})
}
