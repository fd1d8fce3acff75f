package agenda

import "socialdirect/web"

// Routes are the pages of an agenda.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda", web.SocialWorkers, h.Week),
		web.Get("/agenda/ouvertures", web.SocialWorkers, h.Openings),
		web.Form("/agenda/ouvertures", web.SocialWorkers, h.AddOpening),
		web.Form("/agenda/ouvertures/{id}/suppression", web.SocialWorkers, h.RemoveOpening),
		web.Get("/agenda/ouvertures/{id}", web.SocialWorkers, h.Opening),
		web.Form("/agenda/ouvertures/{id}", web.SocialWorkers, h.ChangeOpening),
		web.Get("/agenda/absences", web.SocialWorkers, h.Absences),
		web.Form("/agenda/absences", web.SocialWorkers, h.AddAbsence),
		web.Post("/agenda/absences/{id}/suppression", web.SocialWorkers, h.RemoveAbsence),
		web.Form("/agenda/absences/hebdomadaires", web.SocialWorkers, h.AddWeeklyAbsence),
		web.Post("/agenda/absences/hebdomadaires/{id}/suppression", web.SocialWorkers, h.RemoveWeeklyAbsence),
		web.Get("/agenda/reglages", web.SocialWorkers, h.Settings),
		web.Form("/agenda/reglages", web.SocialWorkers, h.SaveSettings),
		web.Form("/agenda/jours-feries", web.SocialWorkers, h.SetHoliday),
	}
}
