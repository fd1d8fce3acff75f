package worker

import (
	"net/http"
	"slices"

	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// placeForm is the form of a place, filled.
func placeForm(p Place) *form.Form {
	return form.New(map[string]string{"place_name": p.Name, "place_address": p.Address, "place_access": p.Access})
}

func decodePlace(f *form.Form) Place {
	return Place{
		Name:    f.Text("place_name", form.Text{Max: maxPlaceName, Required: "Donnez un nom à ce lieu, par exemple « Maison des services »."}),
		Address: f.Text("place_address", form.Text{Max: maxPlace, Required: "Écrivez l’adresse de ce lieu.", Lines: true}),
		Access:  f.Text("place_access", form.Text{Max: maxAccess, Lines: true}),
	}
}

// editPlace opens the form of the place that the query names (?lieu=).
func (p *sheetPage) editPlace(id string) {
	for _, place := range p.Worker.Places {
		if place.ID.String() == id {
			p.Editing, p.Place = place.ID, placeForm(place)
		}
	}
}

// addPlace adds a place to a sheet.
func (h *HTTP) addPlace(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.savePlace(w, r, f, uuid.Nil, h.workers.AddPlace)
}

// updatePlace changes a place of a sheet.
func (h *HTTP) updatePlace(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("place")
	if err != nil {
		return err
	}
	return h.savePlace(w, r, f, id, h.workers.UpdatePlace)
}

func (h *HTTP) savePlace(w http.ResponseWriter, r *web.Request, f *form.Form, id uuid.UUID, save saving[Place]) error {
	page, err := h.sheetPage(r, nil)
	if err != nil {
		return err
	}
	if id != uuid.Nil && !slices.ContainsFunc(page.Worker.Places, func(p Place) bool { return p.ID == id }) {
		return ErrNoPlace
	}
	place := decodePlace(f)
	place.ID, page.Place, page.Editing = id, f, id
	err = f.Save(form.At("place_name"), func() error { return save(r.Context(), r.Viewer, page.Worker.ID, place) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", page.Path)
}

// raisePlace moves a place up by one.
func (h *HTTP) raisePlace(w http.ResponseWriter, r *web.Request) error {
	return h.changePlace(w, r, "saved", h.workers.RaisePlace)
}

// removePlace removes a place from a sheet.
func (h *HTTP) removePlace(w http.ResponseWriter, r *web.Request) error {
	return h.changePlace(w, r, "deleted", h.workers.RemovePlace)
}

func (h *HTTP) changePlace(w http.ResponseWriter, r *web.Request, flash string, change saving[uuid.UUID]) error {
	worker, path, err := sheetOf(r)
	if err != nil {
		return err
	}
	place, err := r.PathID("place")
	if err != nil {
		return err
	}
	if err := change(r.Context(), r.Viewer, worker, place); err != nil {
		return err
	}
	return web.Done(w, r, flash, path)
}
