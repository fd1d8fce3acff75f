package callback

import "socialdirect/web"

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get(askPath, web.Everyone, h.showAsk),
		web.Form(askPath, web.Everyone, h.ask),
		web.Get(codePath, web.Everyone, h.showCode),
		web.Form(codePath, web.Everyone, h.prove),
		web.Get(donePath, web.Everyone, h.done),
		web.Post(DeskPath+"/demandes/{id}/prise", web.Switchboard, h.act(h.callbacks.Take)),
		web.Post(DeskPath+"/demandes/{id}/retour", web.Switchboard, h.act(h.callbacks.Return)),
		web.Post(DeskPath+"/demandes/{id}/fin", web.Switchboard, h.act(h.callbacks.Done)),
	}
}
