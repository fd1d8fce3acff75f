package factor

import "socialdirect/web"

// Routes are the pages of second factors.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/connexion/second-facteur", web.OwingToo, h.SecondFactorPage),
		web.Form("/connexion/second-facteur", web.OwingToo, h.SecondFactor),
		web.Get("/profil/securite/totp", web.StaffOwingToo, h.EnrolmentPage),
		web.Form("/profil/securite/totp", web.StaffOwingToo, h.Enrol),
		web.Get("/profil/securite/codes", web.Staff, h.RecoveryPage),
		web.Form("/profil/securite/codes", web.Staff, h.RenewRecoveryCodes),
		web.Get("/profil/securite/cles", web.SignedIn, h.PasskeysPage),
		web.Post("/profil/securite/cles/defi", web.OwingToo, h.AskToAddPasskey).As(web.ScriptRoute),
		web.Post("/profil/securite/cles", web.OwingToo, h.AddPasskey).As(web.ScriptRoute),
		web.Get("/profil/securite/cles/{id}", web.SignedIn, h.PasskeyPage),
		web.Form("/profil/securite/cles/{id}", web.SignedIn, h.RenamePasskey),
		web.Post("/profil/securite/cles/{id}/suppression", web.SignedIn, h.RemovePasskey),
		web.Post("/connexion/cle/defi", web.Everyone, h.AskPasskeySignIn).As(web.ScriptRoute),
		web.Post("/connexion/cle", web.Everyone, h.SignInWithPasskey).As(web.ScriptRoute),
		web.Post("/connexion/cle/second-facteur/defi", web.OwingToo, h.AskPasskeyProof).As(web.ScriptRoute),
		web.Post("/connexion/cle/second-facteur", web.OwingToo, h.ProvePasskey).As(web.ScriptRoute),
	}
}
