package legal

import "socialdirect/web"

// Routes are the pages of the texts.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/conditions", web.Everyone, h.Show(Terms)),
		web.Get("/conditions/{version}", web.Everyone, h.Show(Terms)),
		web.Get("/confidentialite", web.Everyone, h.Show(Privacy)),
		web.Get("/confidentialite/{version}", web.Everyone, h.Show(Privacy)),
		web.Get("/administration/textes", web.Administrators, h.TextsPage),
		web.Get("/administration/textes/{kind}", web.Administrators, h.DraftPage),
		web.Post("/administration/textes/{kind}", web.Administrators, h.SaveDraft),
		web.Get("/administration/textes/{kind}/apercu", web.Administrators, h.PreviewPage),
		web.Form("/administration/textes/{kind}/publication", web.Administrators, h.Publish),
		web.Post("/administration/textes/{kind}/retrait", web.Administrators, h.Withdraw),
		web.Form("/administration/textes/{kind}/suppression", web.Administrators, h.Discard),
	}
}
