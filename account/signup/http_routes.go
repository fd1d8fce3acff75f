package signup

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes returns the routes of signing up, of invitations and acceptance, and of the
// switchboard.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/c/{slug}", web.Everyone, h.showClient),
		web.Get("/inscription", web.Everyone, h.showSignUp),
		web.Form("/inscription", web.Everyone, h.signUp),
		web.Get("/inscription/code", web.Everyone, h.showCode),
		web.Form("/inscription/code", web.Everyone, h.checkCode),
		web.Get("/inscription/validation", web.Everyone, h.showValidation),
		web.Form("/inscription/validation", web.Everyone, h.validate),
		web.Form("/inscription/adresse", web.Everyone, h.correctAddress),
		web.Get("/inscription/renvoi", web.Everyone, h.showResend),
		web.Form("/inscription/renvoi", web.Everyone, h.resend),
		web.Get("/invitation", web.Everyone, h.showInvitation),
		web.Form("/invitation", web.Everyone, h.acceptInvitation),
		web.Get("/acceptation", web.SignedIn.BeforeAcceptance(), h.showAcceptance),
		web.Form("/acceptation", web.SignedIn.BeforeAcceptance(), h.acceptTexts),
		web.Get("/standard", web.Switchboard, h.showStandard).In(web.Place{Role: viewer.Switchboard, Order: 1, Label: "Standard", Icon: "headset"}),
		web.Form("/standard/recherche", web.Switchboard, h.searchPeople),
		web.Get("/standard/inscription", web.Switchboard, h.showAssist),
		web.Form("/standard/doublons", web.Switchboard, h.compareAssisted),
		web.Form("/standard/inscription/verification", web.Switchboard, h.checkAssisted),
		web.Form("/standard/inscription/correction", web.Switchboard, h.correctAssisted),
		web.Form("/standard/inscription", web.Switchboard, h.assist),
		web.Post("/standard/comptes/{id}/lien", web.Switchboard, h.resendLink),
	}
}
