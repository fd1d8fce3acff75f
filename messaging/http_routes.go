package messaging

import "socialdirect/web"

// Routes are the pages of conversations.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/messages", web.ItsPeople, h.List),
		web.Get("/messages/ws", web.ItsPeople, h.Socket).As(web.SocketRoute),
		web.Get("/messages/{id}", web.ItsPeople, h.Show),
		web.Post("/messages/{id}", web.ItsPeople, h.Send).As(web.UploadRoute),
		web.Get("/documents/{id}", web.ItsPeople, h.Document),
	}
}
