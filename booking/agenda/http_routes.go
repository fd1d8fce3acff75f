package agenda

import "socialdirect/web"

// Routes are the pages of an agenda.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/agenda", web.SocialWorkers, h.Week),
		web.Get("/agenda/ouvertures", web.SocialWorkers, h.Openings),
		web.Post("/agenda/ouvertures", web.SocialWorkers, h.AddOpening),
		web.Post("/agenda/ouvertures/{id}/suppression", web.SocialWorkers, h.RemoveOpening),
		web.Get("/agenda/ouvertures/{id}", web.SocialWorkers, h.Opening),
		web.Post("/agenda/ouvertures/{id}", web.SocialWorkers, h.ChangeOpening),
		web.Get("/agenda/absences", web.SocialWorkers, h.Absences),
		web.Post("/agenda/absences", web.SocialWorkers, h.AddAbsence),
		web.Post("/agenda/absences/{id}/suppression", web.SocialWorkers, h.RemoveAbsence),
		web.Post("/agenda/absences/hebdomadaires", web.SocialWorkers, h.AddWeeklyAbsence),
		web.Post("/agenda/absences/hebdomadaires/{id}/suppression", web.SocialWorkers, h.RemoveWeeklyAbsence),
		web.Get("/agenda/reglages", web.SocialWorkers, h.Settings),
		web.Post("/agenda/reglages", web.SocialWorkers, h.SaveSettings),
		web.Post("/agenda/jours-feries", web.SocialWorkers, h.SetHoliday),
	}
}
