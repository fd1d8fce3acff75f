package echo

import "socialdirect/web"

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get(testPath, web.Everyone, h.Page),
		web.Get(testPath+"/ws", web.Everyone, h.Socket).As(web.SocketRoute),
		web.Get(testPath+"/attente", web.Everyone, h.Room).As(web.ScriptRoute),
		web.Form(reportPath, web.Everyone, h.send),
		web.Get(reportPath+"/{reference}", web.Everyone, h.sent),
		web.Get(deskPath, web.Switchboard, h.list),
	}
}
