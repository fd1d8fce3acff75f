package signaling

import "socialdirect/web"

// Routes are the page of a call and its socket.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/rendez-vous/{id}/appel", web.ItsPeople, h.Page),
		web.Get("/rendez-vous/{id}/appel/ws", web.ItsPeople, h.Socket).As(web.SocketRoute),
	}
}
