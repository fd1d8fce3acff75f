package legal

import "socialdirect/web"

// Routes returns the routes of the texts.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/conditions", web.Everyone, h.show(Terms)),
		web.Get("/conditions/{version}", web.Everyone, h.show(Terms)),
		web.Get("/confidentialite", web.Everyone, h.show(Privacy)),
		web.Get("/confidentialite/{version}", web.Everyone, h.show(Privacy)),
		web.Form(seenPath, web.SignedIn, h.seen),
		web.Get("/administration/textes", web.Administrators, h.showTexts).InAdministration(6, "Textes"),
		web.Get("/administration/textes/{kind}", web.Administrators, h.showDraft),
		web.Post("/administration/textes/{kind}", web.Administrators, h.saveDraft).Refilling(),
		web.Get("/administration/textes/{kind}/apercu", web.Administrators, h.showPreview),
		web.Form("/administration/textes/{kind}/publication", web.Administrators, h.publish),
		web.Post("/administration/textes/{kind}/retrait", web.Administrators, h.withdraw),
		web.Form("/administration/textes/{kind}/suppression", web.Administrators, h.discard),
	}
}
