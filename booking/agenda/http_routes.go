package agenda

import (
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda", web.SocialWorkers, h.week).In(web.Place{Role: viewer.SocialWorker, Order: 1, Label: "Agenda", Icon: "calendar-days"}),
		web.Get("/agenda/ouvertures", web.SocialWorkers, h.openings),
		web.Form("/agenda/ouvertures", web.SocialWorkers, h.addOpening),
		web.Get("/agenda/ouvertures/copie", web.SocialWorkers, h.showCopy),
		web.Form("/agenda/ouvertures/copie", web.SocialWorkers, h.copyWeek),
		web.Form("/agenda/ouvertures/{id}/suppression", web.SocialWorkers, h.removeOpening),
		web.Get("/agenda/ouvertures/{id}", web.SocialWorkers, h.opening),
		web.Form("/agenda/ouvertures/{id}", web.SocialWorkers, h.changeOpening),
		web.Get("/agenda/absences", web.SocialWorkers, h.absences),
		web.Form("/agenda/absences", web.SocialWorkers, h.addAbsence),
		web.Post("/agenda/absences/{id}/suppression", web.SocialWorkers, h.removeAbsence),
		web.Form("/agenda/absences/hebdomadaires", web.SocialWorkers, h.addWeeklyAbsence),
		web.Post("/agenda/absences/hebdomadaires/{id}/suppression", web.SocialWorkers, h.removeWeeklyAbsence),
		web.Get("/agenda/reglages", web.SocialWorkers, h.settings),
		web.Form("/agenda/reglages", web.SocialWorkers, h.saveSettings),
		web.Get("/agenda/fuseau", web.SocialWorkers, h.showZone),
		web.Form("/agenda/fuseau", web.SocialWorkers, h.changeZone),
		web.Form("/agenda/jours-feries", web.SocialWorkers, h.setHoliday),
	}
}
