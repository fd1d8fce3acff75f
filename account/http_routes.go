package account

import (
	"slices"

	"socialdirect/web"
)

// Routes returns the routes of accounts, including those of the packages below.
func (h *HTTP) Routes() []web.Route {
	return slices.Concat(h.Sessions.Routes(), h.Factors.Routes(), h.SignUps.Routes(), h.Lookups.Routes(), h.Reports.Routes(), h.Decisions.Routes(), h.Ages.Routes(), h.PasswordResets.Routes(), h.Profiles.Routes(), []web.Route{
		web.Get("/administration/comptes/invitation", web.Administrators, h.showInvite),
		web.Form("/administration/comptes/invitation", web.Administrators, h.invite),
		web.Get("/administration/comptes/{id}", web.Administrators, h.showAccount),
		web.Post("/administration/comptes/{id}/invitation", web.Administrators, h.reinvite),
		web.Get("/administration/comptes/{id}/double-verification", web.Administrators, h.showFactorReset),
		web.Form("/administration/comptes/{id}/double-verification", web.Administrators, h.resetFactor),
		web.Get(colleaguesPath, web.ClientManagers, h.showColleagues).Within("/entreprise"),
		web.Form(colleaguesPath, web.ClientManagers, h.inviteColleague),
		web.Get("/protection-des-donnees/journal", web.DataProtection, h.showJournal),
	})
}
