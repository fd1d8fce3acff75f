package session

import "socialdirect/web"

// Routes returns the routes of signing in and of sessions.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/connexion", web.Everyone, h.showSignIn),
		web.Form("/connexion", web.Everyone, h.signIn),
		web.Get("/connexion/sms", web.Everyone, h.showTexted),
		web.Form("/connexion/sms", web.Everyone, h.requestCode),
		web.Get("/connexion/sms/code", web.Everyone, h.showTextedCode),
		web.Form("/connexion/sms/code", web.Everyone, h.signInByCode),
		web.Post("/deconnexion", web.Access{Open: true, Owing: true}, h.signOut),
		web.Get("/profil/securite", web.SignedIn, h.showSecurity),
		web.Form("/profil/securite/mot-de-passe", web.SignedIn, h.changePassword),
		web.Form("/profil/securite/sessions/fin", web.SignedIn, h.endOtherSessions),
		web.Form("/profil/securite/sessions/{id}/fin", web.SignedIn, h.endSession),
	}
}
