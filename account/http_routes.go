package account

import (
	"slices"

	"socialdirect/web"
)

// Routes are the pages of accounts, those of its packages included.
func (h *HTTP) Routes() []web.Route {
	return slices.Concat(h.Sessions.Routes(), h.Factors.Routes(), []web.Route{
		web.Get("/c/{slug}", web.Everyone, h.SignUps.ClientPage),
		web.Get("/inscription", web.Everyone, h.SignUps.SignUpPage),
		web.Post("/inscription", web.Everyone, h.SignUps.SignUp),
		web.Get("/inscription/code", web.Everyone, h.SignUps.CodePage),
		web.Post("/inscription/code", web.Everyone, h.SignUps.CheckCode),
		web.Get("/inscription/validation", web.Everyone, h.SignUps.ValidationPage),
		web.Post("/inscription/validation", web.Everyone, h.SignUps.Validate),
		web.Get("/inscription/renvoi", web.Everyone, h.SignUps.ResendPage),
		web.Post("/inscription/renvoi", web.Everyone, h.SignUps.Resend),
		web.Get("/invitation", web.Everyone, h.SignUps.InvitationPage),
		web.Post("/invitation", web.Everyone, h.SignUps.AcceptInvitation),
		web.Get("/acceptation", web.SignedIn.BeforeAcceptance(), h.SignUps.AcceptancePage),
		web.Post("/acceptation", web.SignedIn.BeforeAcceptance(), h.SignUps.AcceptTexts),
		web.Get("/profil", web.SignedIn, h.ProfilePage),
		web.Post("/profil", web.SignedIn, h.UpdateProfile),
		web.Get("/profil/mobile", web.Beneficiaries, h.MobilePage),
		web.Post("/profil/mobile", web.Beneficiaries, h.ProveMobile),
		web.Post("/profil/mobile/envoi", web.Beneficiaries, h.SendMobileCode),
		web.Get("/profil/notifications", web.Beneficiaries, h.ContactPage),
		web.Post("/profil/notifications", web.Beneficiaries, h.ChooseContact),
		web.Get("/mot-de-passe/oubli", web.Everyone, h.ForgottenPage),
		web.Post("/mot-de-passe/oubli", web.Everyone, h.Forgotten),
		web.Get("/mot-de-passe/nouveau", web.Everyone, h.ResetPage),
		web.Post("/mot-de-passe/nouveau", web.Everyone, h.Reset),
		web.Get("/profil/adresse", web.Everyone, h.EmailPage),
		web.Post("/profil/adresse", web.Everyone, h.ChangeEmail),
		web.Get("/standard", web.Switchboard, h.SignUps.StandardPage),
		web.Post("/standard/recherche", web.Switchboard, h.SignUps.SearchPeople),
		web.Get("/standard/inscription", web.Switchboard, h.SignUps.AssistPage),
		web.Post("/standard/doublons", web.Switchboard, h.SignUps.CompareAssisted),
		web.Post("/standard/inscription/verification", web.Switchboard, h.SignUps.CheckAssisted),
		web.Post("/standard/inscription/correction", web.Switchboard, h.SignUps.CorrectAssisted),
		web.Post("/standard/inscription", web.Switchboard, h.SignUps.Assist),
		web.Post("/standard/comptes/{id}/lien", web.Switchboard, h.SignUps.ResendLink),
		web.Get("/administration/comptes", web.Administrators, h.SearchPage),
		web.Post("/administration/comptes", web.Administrators, h.SearchAccounts),
		web.Get("/administration/comptes/invitation", web.Administrators, h.InvitePage),
		web.Post("/administration/comptes/invitation", web.Administrators, h.Invite),
		web.Get("/administration/doubles", web.Administrators, h.Lookups.DoubleGroupsPage),
		web.Get("/administration/comptes/{id}", web.Administrators, h.ShowAccount),
		web.Get("/administration/comptes/{id}/decision", web.Administrators, h.DecisionPage),
		web.Post("/administration/comptes/{id}/decision", web.Administrators, h.Decide),
		web.Post("/administration/comptes/{id}/invitation", web.Administrators, h.Reinvite),
		web.Get("/administration/comptes/{id}/double-verification", web.Administrators, h.FactorResetPage),
		web.Post("/administration/comptes/{id}/double-verification", web.Administrators, h.ResetFactor),
		web.Get("/administration/signalements", web.Administrators, h.Reports.Reports),
		web.Post("/administration/signalements/{id}", web.Administrators, h.Reports.MarkReport),
		web.Get("/administration/comptes/{id}/age", web.Administrators, h.AgePage),
		web.Post("/administration/comptes/{id}/age", web.Administrators, h.AskAge),
		web.Post("/administration/comptes/{id}/age/suite", web.Administrators, h.SettleAge),
		web.Get("/protection-des-donnees/journal", web.DataProtection, h.ShowJournal),
	})
}
