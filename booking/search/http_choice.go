package search

import (
	"net/http"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// Choose keeps a choice in the session, or clears it, and goes back to the list.
func (h *HTTP) Choose(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	e, err := h.appointments.OnBehalf(r)
	if err != nil {
		return err
	}
	offered, err := h.offered(r, e)
	if err != nil {
		return err
	}
	back := e.Others()
	if e.Base == "" && f.Hidden("page", 20) == soonestPath {
		back = soonestPath
	}
	var c Choice
	if !f.Ticked("clear") {
		c = offered.decode(f)
	}
	if !f.Valid() {
		return f.ShowAgain(h.pageAt(r, e, back, f))
	}
	if err := h.searches.KeepChoice(r.Context(), r.Viewer, e.PersonID, c); err != nil {
		return err
	}
	return web.See(w, r, back)
}

// decode decodes a choice; empty fields match everything.
func (p searchForm) decode(f *form.Form) Choice {
	return Choice{
		Reason: one(f, "reason", p.Reasons), Mode: slot.Mode(one(f, "mode", p.Modes)), Language: one(f, "language", p.Languages),
		Town: f.Text("town", form.Text{Max: maxTown}), ByName: one(f, "order", orders) == byName,
	}
}

// one decodes one of the options, or none.
func one(f *form.Form, name string, options []form.Option) string {
	return f.Choice(name, append(form.Values(options), ""), "Choisissez dans la liste.")
}

// pageAt is the page from which a choice was posted, with the form's messages.
func (h *HTTP) pageAt(r *web.Request, e appointment.OnBehalf, path string, f *form.Form) (any, error) {
	switch {
	case e.Base != "":
		page, err := h.personPage(r, e)
		page.Filter = f
		return page, err
	case path == soonestPath:
		page, err := h.soonestPage(r, "")
		page.Filter = f
		return page, err
	}
	page, err := h.workersPage(r)
	page.Filter = f
	return page, err
}

// Chosen returns the session's choice for the person whom the address names.
func (h *HTTP) Chosen(r *web.Request, e appointment.OnBehalf) (Choice, error) {
	return h.searches.Choice(r.Context(), r.Viewer, e.PersonID)
}
