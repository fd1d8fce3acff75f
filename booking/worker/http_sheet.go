package worker

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// sheetPage is the editor of a profile sheet: a worker edits their own, an administrator any.
type sheetPage struct {
	Form      *form.Form
	Photo     *form.Form // the message beside the portrait's field
	Place     *form.Form // of a new place, or of the one being edited
	Editing   uuid.UUID  // the place being edited, zero for none
	Diploma   *form.Form // of a registration, for an administrator
	Insurance *form.Form // of an insurance
	Standing  Standing
	Registers []form.Option
	Worker    SocialWorker
	Path      string // of the page itself; the paths of its other forms begin with it
	Reasons   []form.Option
	Modes     []form.Option
	Languages []form.Option
}

func (sheetPage) Template() string { return "booking/sheet" }
func (p sheetPage) Title() string {
	if p.Own() {
		return "Votre fiche"
	}
	return "Fiche " + web.Elide("de", p.Worker.Name())
}

// Own reports whether it is the viewer's own sheet.
func (p sheetPage) Own() bool { return p.Path == ownSheet }

// IsEditing reports whether one of the places is being edited.
func (p sheetPage) IsEditing() bool { return p.Editing != uuid.Nil }

const ownSheet = "/profil/fiche"

// sheetOf returns the worker whose sheet the address names, and the page's own path.
func sheetOf(r *web.Request) (worker uuid.UUID, path string, err error) {
	if r.PathValue("id") == "" {
		return r.Viewer.ID, ownSheet, nil
	}
	worker, err = r.PathID("id")
	return worker, "/administration/assistants/" + worker.String(), err
}

// sheetPage makes the editor of the current sheet; if f is nil, its form has the current
// values.
func (h *HTTP) sheetPage(r *web.Request, f *form.Form) (sheetPage, error) {
	id, path, err := sheetOf(r)
	if err != nil {
		return sheetPage{}, err
	}
	if err := mayEdit(r.Viewer, id); err != nil {
		return sheetPage{}, err
	}
	worker, err := h.workers.SocialWorker(r.Context(), id)
	if err != nil {
		return sheetPage{}, err
	}
	standing, err := h.workers.Standing(r.Context(), r.Viewer, id)
	if err != nil {
		return sheetPage{}, err
	}
	reasons, err := reason.Read(r.Context(), h.workers.db.Pool)
	if f == nil {
		f = worker.sheet().form()
	}
	return sheetPage{
		Form: f, Photo: form.New(nil), Place: form.New(nil), Diploma: diplomaForm(), Insurance: form.New(nil), Worker: worker, Path: path,
		Standing: standing, Registers: registerOptions,
		Reasons: reason.Options(reason.Specific(reasons)), Modes: slot.ModeOptions(slot.Modes), Languages: LanguageOptions(),
	}, err
}

// form is the form of the sheet, filled.
func (s Sheet) form() *form.Form {
	values := map[string][]string{"presentation": {s.Presentation}, "languages": s.Languages, "reasons": s.Reasons}
	for _, m := range s.Modes {
		values["modes"] = append(values["modes"], string(m))
	}
	return form.Filled(values)
}

func decodeSheet(f *form.Form, reasons []form.Option) Sheet {
	sheet := Sheet{
		Presentation: f.Text("presentation", form.Text{Max: maxPresentation, Required: "Écrivez quelques lignes de présentation.", Lines: true}),
		Languages:    f.Choices("languages", form.Values(LanguageOptions()), "Choisissez au moins une langue."),
		Reasons:      f.Choices("reasons", append(form.Values(reasons), reason.Other), "Choisissez au moins un motif."),
		Place:        f.Text("place", form.Text{Max: maxPlace, Lines: true}),
	}
	for _, mode := range f.Choices("modes", form.Values(slot.ModeOptions(slot.Modes)), "Choisissez au moins une façon de parler.") {
		sheet.Modes = append(sheet.Modes, slot.Mode(mode))
	}
	return sheet
}

// saving is an act on a worker's sheet.
type saving[T any] func(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, what T) error

// sheet shows the editor; ?lieu=ID opens one of its places.
func (h *HTTP) sheet(w http.ResponseWriter, r *web.Request) error {
	page, err := h.sheetPage(r, nil)
	if err != nil {
		return err
	}
	page.editPlace(r.URL.Query().Get("lieu"))
	return h.render.Render(w, r, http.StatusOK, page)
}

// updateSheet saves the sheet.
func (h *HTTP) updateSheet(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.sheetPage(r, f)
	if err != nil {
		return err
	}
	sheet := decodeSheet(f, page.Reasons)
	err = f.Save(form.Beside{errPlaceFirst: "place"}, func() error {
		return h.workers.UpdateSheet(r.Context(), r.Viewer, page.Worker.ID, sheet)
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", page.Path)
}

// maxPortraitRequest is the maximum size of a request with a photo, in bytes.
const maxPortraitRequest = MaxPortraitFile + 64<<20

// setPortrait uploads a photo.
func (h *HTTP) setPortrait(w http.ResponseWriter, r *web.Request) error {
	page, err := h.sheetPage(r, nil)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPortraitRequest)
	err = h.receivePortrait(r, page.Worker.ID)
	_, _ = io.Copy(io.Discard, r.Body) // bounded; the browser reads no answer before it has sent everything
	if fault.Is(err, fault.Invalid) && fault.From(err).Message != "" {
		page.Photo.Fail("photo", fault.From(err).Message)
		return fault.WithPage(err, page)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "saved", page.Path)
}

var errNoPhoto = fault.New(fault.Invalid, "Choisissez d’abord une photo.")

func (h *HTTP) receivePortrait(r *web.Request, worker uuid.UUID) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	photo, err := filePart(parts, "photo")
	if err != nil {
		return err
	}
	return h.workers.SetPortrait(r.Context(), r.Viewer, worker, photo)
}

// filePart finds the file of that field; an empty field is sent without a file name.
func filePart(parts *multipart.Reader, name string) (io.Reader, error) {
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errNoPhoto
		case err != nil:
			return nil, fault.Wrap(fault.Invalid, err)
		case part.FormName() == name && part.FileName() != "":
			return part, nil
		}
	}
}

// removePortrait removes the photo.
func (h *HTTP) removePortrait(w http.ResponseWriter, r *web.Request) error {
	id, path, err := sheetOf(r)
	if err != nil {
		return err
	}
	if err := h.workers.RemovePortrait(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "deleted", path)
}

// portrait answers GET /assistants/{id}/photo. The address contains the version of the
// picture, so that browsers can cache it.
func (h *HTTP) portrait(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	p, err := h.workers.Portrait(r.Context(), r.Viewer, id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, max-age=86400")
	w.Header().Set("ETag", `"`+p.Version+`"`)
	if r.Header.Get("If-None-Match") == `"`+p.Version+`"` {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err = w.Write(p.JPEG)
	return err
}
