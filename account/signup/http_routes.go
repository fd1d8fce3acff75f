package signup

import "socialdirect/web"

// Routes are the pages of signing up, of invitations and acceptance, and the switchboard's.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/c/{slug}", web.Everyone, h.ClientPage),
		web.Get("/inscription", web.Everyone, h.SignUpPage),
		web.Form("/inscription", web.Everyone, h.SignUp),
		web.Get("/inscription/code", web.Everyone, h.CodePage),
		web.Form("/inscription/code", web.Everyone, h.CheckCode),
		web.Get("/inscription/validation", web.Everyone, h.ValidationPage),
		web.Form("/inscription/validation", web.Everyone, h.Validate),
		web.Get("/inscription/renvoi", web.Everyone, h.ResendPage),
		web.Form("/inscription/renvoi", web.Everyone, h.Resend),
		web.Get("/invitation", web.Everyone, h.InvitationPage),
		web.Form("/invitation", web.Everyone, h.AcceptInvitation),
		web.Get("/acceptation", web.SignedIn.BeforeAcceptance(), h.AcceptancePage),
		web.Form("/acceptation", web.SignedIn.BeforeAcceptance(), h.AcceptTexts),
		web.Get("/standard", web.Switchboard, h.StandardPage),
		web.Form("/standard/recherche", web.Switchboard, h.SearchPeople),
		web.Get("/standard/inscription", web.Switchboard, h.AssistPage),
		web.Form("/standard/doublons", web.Switchboard, h.CompareAssisted),
		web.Form("/standard/inscription/verification", web.Switchboard, h.CheckAssisted),
		web.Form("/standard/inscription/correction", web.Switchboard, h.CorrectAssisted),
		web.Form("/standard/inscription", web.Switchboard, h.Assist),
		web.Post("/standard/comptes/{id}/lien", web.Switchboard, h.ResendLink),
	}
}
