package messaging

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the pages of conversations.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/messages", web.ItsPeople, h.List).In(
			web.Place{Role: viewer.Beneficiary, Order: 3, Label: "Messages", Icon: "message-circle"},
			web.Place{Role: viewer.SocialWorker, Order: 3, Label: "Messages", Icon: "message-circle"},
		),
		web.Get("/messages/ws", web.ItsPeople, h.Socket).As(web.SocketRoute),
		web.Get("/messages/{id}", web.ItsPeople, h.Show),
		web.Post("/messages/{id}", web.ItsPeople, h.Send).As(web.UploadRoute).Refilling(),
		web.Get("/documents/{id}", web.ItsPeople, h.Document),
	}
}
