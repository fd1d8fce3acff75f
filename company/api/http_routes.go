package api

import "socialdirect/web"

// Routes returns the routes of the API.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get("/api/v1/codes", web.WithKey, h.codes).As(web.ProgramRoute),
		web.Post("/api/v1/codes", web.WithKey, h.makeCode).As(web.ProgramRoute),
		web.Get("/api/v1/figures", web.WithKey, h.Figures).As(web.ProgramRoute),
		web.Get("/api/v1/openapi.json", web.Everyone, h.description).As(web.ProgramRoute),
	}
}
