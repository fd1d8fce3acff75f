package account

import (
	"slices"

	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the pages of accounts, those of its packages included.
func (h *HTTP) Routes() []web.Route {
	return slices.Concat(h.Sessions.Routes(), h.Factors.Routes(), h.SignUps.Routes(), h.Lookups.Routes(), h.Reports.Routes(), h.Decisions.Routes(), h.Ages.Routes(), h.PasswordResets.Routes(), []web.Route{
		web.Get("/profil", web.SignedIn, h.showProfile).In(lastPlaces("Profil", "user")...),
		web.Form("/profil", web.SignedIn, h.updateProfile),
		web.Get("/profil/mobile", web.Beneficiaries, h.showMobile),
		web.Form("/profil/mobile", web.Beneficiaries, h.proveMobile),
		web.Form("/profil/mobile/envoi", web.Beneficiaries, h.sendMobileCode),
		web.Get("/profil/notifications", web.Beneficiaries, h.showContact),
		web.Form("/profil/notifications", web.Beneficiaries, h.chooseContact),
		web.Get("/profil/adresse", web.Everyone, h.showEmail),
		web.Form("/profil/adresse", web.Everyone, h.changeEmail),
		web.Get("/administration/comptes/invitation", web.Administrators, h.showInvite),
		web.Form("/administration/comptes/invitation", web.Administrators, h.invite),
		web.Get("/administration/comptes/{id}", web.Administrators, h.showAccount),
		web.Post("/administration/comptes/{id}/invitation", web.Administrators, h.reinvite),
		web.Get("/administration/comptes/{id}/double-verification", web.Administrators, h.showFactorReset),
		web.Form("/administration/comptes/{id}/double-verification", web.Administrators, h.resetFactor),
		web.Get("/protection-des-donnees/journal", web.DataProtection, h.showJournal),
	})
}

// lastPlaces are the last of every role's navigation.
func lastPlaces(label, icon string) []web.Place {
	all := make([]web.Place, len(viewer.Roles))
	for i, role := range viewer.Roles {
		all[i] = web.Place{Role: role, Order: 4, Label: label, Icon: icon}
	}
	return all
}
