package signaling

import (
	"socialdirect/booking/interpreter"
	"socialdirect/web"
)

// Routes are the pages of a call and their sockets.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/rendez-vous/{id}/appel", web.ItsPeople, h.Page),
		web.Get("/rendez-vous/{id}/appel/ws", web.ItsPeople, h.Socket).As(web.SocketRoute),
		web.Post("/rendez-vous/{id}/appel/absence", web.Beneficiaries, h.missed),
		web.Get("/rendez-vous/{id}/appel/invitation", web.ItsPeople, h.showInvitations),
		web.Form("/rendez-vous/{id}/appel/invitation", web.ItsPeople, h.invite),
		web.Post("/rendez-vous/{id}/appel/invitation/{guest}/retrait", web.ItsPeople, h.revokeInvitation),
		web.Get(interpreter.DeskPath+"/{id}/invitation", web.Switchboard, h.showDeskInvitation),
		web.Form(interpreter.DeskPath+"/{id}/invitation", web.Switchboard, h.inviteAhead),
		web.Get(guestPath, web.Everyone, h.showGuest),
		web.Form(guestPath, web.Everyone, h.openLink),
		web.Get(guestPath+"/ws", web.Everyone, h.guestSocket).As(web.SocketRoute),
	}
}
