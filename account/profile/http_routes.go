package profile

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the pages of the profile.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/profil", web.SignedIn, h.showProfile).In(lastPlaces("Profil", "user")...),
		web.Form("/profil", web.SignedIn, h.updateProfile),
		web.Get("/profil/mobile", web.Beneficiaries, h.showMobile),
		web.Form("/profil/mobile", web.Beneficiaries, h.proveMobile),
		web.Form("/profil/mobile/envoi", web.Beneficiaries, h.sendMobileCode),
		web.Get("/profil/notifications", web.Beneficiaries, h.showContact),
		web.Form("/profil/notifications", web.Beneficiaries, h.chooseContact),
		web.Get("/profil/adresse", web.Everyone, h.showEmail),
		web.Form("/profil/adresse", web.Everyone, h.changeEmail),
	}
}

// lastPlaces returns, for each role, the last place in its navigation.
func lastPlaces(label, icon string) []web.Place {
	all := make([]web.Place, len(viewer.Roles))
	for i, role := range viewer.Roles {
		all[i] = web.Place{Role: role, Order: 4, Label: label, Icon: icon}
	}
	return all
}
