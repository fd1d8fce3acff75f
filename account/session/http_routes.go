package session

import "socialdirect/web"

// Routes are the pages of signing in and of sessions.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/connexion", web.Everyone, h.SignInPage),
		web.Form("/connexion", web.Everyone, h.SignIn),
		web.Get("/connexion/sms", web.Everyone, h.TextedPage),
		web.Form("/connexion/sms", web.Everyone, h.RequestCode),
		web.Get("/connexion/sms/code", web.Everyone, h.TextedCodePage),
		web.Form("/connexion/sms/code", web.Everyone, h.SignInByCode),
		web.Post("/deconnexion", web.OwingToo.BeforeAcceptance(), h.SignOut),
		web.Get("/profil/securite", web.SignedIn, h.SecurityPage),
		web.Form("/profil/securite/mot-de-passe", web.SignedIn, h.ChangePassword),
		web.Post("/profil/securite/sessions/fin", web.SignedIn, h.EndOtherSessions),
		web.Post("/profil/securite/sessions/{id}/fin", web.SignedIn, h.EndSession),
	}
}
