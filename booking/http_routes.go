package booking

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	days, phone := DayPages{h}, phonePages{h}
	return []web.Route{
		web.Get("/assistants/{id}", web.Beneficiaries, h.Slots),
		web.Get("/rendez-vous/nouveau", web.Beneficiaries, h.ConfirmPage).Within("/assistants"),
		web.Form("/rendez-vous/nouveau", web.Beneficiaries, h.Confirm),
		web.Form("/rendez-vous", web.Beneficiaries, h.Book),
		web.Get("/rendez-vous", web.ItsPeople.BeforeAcceptance(), h.Appointments).In(
			web.Place{Role: viewer.Beneficiary, Order: 2, Label: "Mes rendez-vous", Icon: "calendar-check"},
			web.Place{Role: viewer.SocialWorker, Order: 2, Label: "Rendez-vous", Icon: "calendar-check"},
		),
		web.Get("/rendez-vous/{id}", web.ItsPeople.BeforeAcceptance(), h.Show),
		web.Get("/rendez-vous/{id}/calendrier.ics", web.ItsPeople, h.ics),
		web.Get("/rendez-vous/{id}/annulation", web.ItsPeople.BeforeAcceptance(), h.CancelPage),
		web.Form("/rendez-vous/{id}/annulation", web.ItsPeople.BeforeAcceptance(), h.Cancel),
		web.Form("/rendez-vous/{id}/propositions", web.Beneficiaries, h.rebook),
		web.Get("/rendez-vous/{id}/deplacement", web.ItsPeople, h.MovePage),
		web.Form("/rendez-vous/{id}/deplacement", web.ItsPeople, h.Move),
		web.Post("/rendez-vous/{id}/telephone", web.Beneficiaries, h.ByPhone),
		web.Get("/rendez-vous/{id}/besoins", web.Beneficiaries, h.showNeeds),
		web.Form("/rendez-vous/{id}/besoins", web.Beneficiaries, h.ChangeNeeds),
		web.Form("/rendez-vous/{id}/reponse", web.SocialWorkers, h.Answer),
		web.Form("/rendez-vous/{id}/issue", web.SocialWorkers, h.conclude),
		web.Post("/rendez-vous/{id}/pas-jointe", web.SocialWorkers, phone.unreached),
		web.Form("/rendez-vous/{id}/message-vocal", web.Beneficiaries, phone.allowVoicemail),
		web.Post("/rendez-vous/{id}/marque", web.SocialWorkers, h.removeLateMark),
		web.Get("/agenda/aujourdhui", web.SocialWorkers, days.Today),
		web.Get("/agenda/rendez-vous", web.SocialWorkers, days.Free),
		web.Form("/agenda/rendez-vous", web.SocialWorkers, days.ChooseFree),
		web.Get("/beneficiaires/{id}/rendez-vous", web.SocialWorkers, h.showSlotsOnBehalf),
		web.Form("/beneficiaires/{id}/rendez-vous/nouveau", web.SocialWorkers, h.Confirm),
		web.Form("/beneficiaires/{id}/rendez-vous", web.SocialWorkers, h.Book),
		web.Get("/rendez-vous/{id}/signalement", web.SocialWorkers, h.showReport),
		web.Form("/rendez-vous/{id}/signalement", web.SocialWorkers, h.report),
		web.Get("/standard/beneficiaires/{id}/assistants/{worker}", web.Switchboard, h.showSlotsOnBehalf),
		web.Form("/standard/beneficiaires/{id}/rendez-vous/nouveau", web.Switchboard, h.Confirm),
		web.Form("/standard/beneficiaires/{id}/rendez-vous", web.Switchboard, h.Book),
		web.Get("/standard/rendez-vous/{id}/deplacement", web.Switchboard, h.MovePage),
		web.Form("/standard/rendez-vous/{id}/deplacement", web.Switchboard, h.Move),
		web.Get("/standard/rendez-vous/{id}/annulation", web.Switchboard, h.CancelPage),
		web.Form("/standard/rendez-vous/{id}/annulation", web.Switchboard, h.Cancel),
		web.Post("/standard/rendez-vous/{id}/telephone", web.Switchboard, h.ByPhone),
	}
}
