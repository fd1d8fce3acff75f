package factor

import "socialdirect/web"

// Routes returns the routes of second factors.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/connexion/second-facteur", web.OwingToo, h.showSecondFactor),
		web.Form("/connexion/second-facteur", web.OwingToo, h.secondFactor),
		web.Get("/profil/securite/totp", web.StaffOwingToo, h.showEnrolment),
		web.Form("/profil/securite/totp", web.StaffOwingToo, h.enrol),
		web.Get("/profil/securite/codes", web.Staff, h.showRecovery),
		web.Form("/profil/securite/codes", web.Staff, h.renewRecoveryCodes),
		web.Get("/profil/securite/cles", web.SignedIn, h.showPasskeys),
		web.Post("/profil/securite/cles/defi", web.OwingToo, h.askToAddPasskey).As(web.ScriptRoute),
		web.Post("/profil/securite/cles", web.OwingToo, h.addPasskey).As(web.ScriptRoute),
		web.Get("/profil/securite/cles/{id}", web.SignedIn, h.showPasskey),
		web.Form("/profil/securite/cles/{id}", web.SignedIn, h.renamePasskey),
		web.Post("/profil/securite/cles/{id}/suppression", web.SignedIn, h.removePasskey),
		web.Post("/connexion/cle/defi", web.Everyone, h.askPasskeySignIn).As(web.ScriptRoute),
		web.Post("/connexion/cle", web.Everyone, h.signInWithPasskey).As(web.ScriptRoute),
		web.Post("/connexion/cle/second-facteur/defi", web.OwingToo, h.askPasskeyProof).As(web.ScriptRoute),
		web.Post("/connexion/cle/second-facteur", web.OwingToo, h.provePasskey).As(web.ScriptRoute),
	}
}
