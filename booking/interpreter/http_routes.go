package interpreter

import "socialdirect/web"

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get(DeskPath, web.Switchboard, h.showTasks),
		web.Form(DeskPath+"/{id}", web.Switchboard, h.set),
	}
}
