package reason

import (
	"net/http"
	"slices"

	"socialdirect/internal/form"
	"socialdirect/web"
)

// HTTP is the pages of reasons.
type HTTP struct {
	reasons *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(reasons *Service, render *web.Renderer) *HTTP { return &HTTP{reasons, render} }

// Routes are the routes of this package.
func (h *HTTP) Routes() []web.Route {
	return []web.Route{
		web.Get(path, web.Administrators, h.show).InAdministration(5, "Motifs"),
		web.Form(path, web.Administrators, h.add),
		web.Form(path+"/{slug}", web.Administrators, h.rename),
		web.Post(path+"/{slug}/retrait", web.Administrators, h.retire),
		web.Post(path+"/{slug}/retour", web.Administrators, h.restore),
		web.Post(path+"/{slug}/monter", web.Administrators, h.raise),
	}
}

// reasonsPage is the list of reasons that administrators maintain (R15).
type reasonsPage struct {
	Form    *form.Form
	Reasons []Reason
	Editing string // the slug of the reason that is being reworded
}

func (reasonsPage) Template() string { return "booking/reasons" }
func (reasonsPage) Title() string    { return "Motifs" }

const path = "/administration/motifs"

func (h *HTTP) page(r *web.Request, f *form.Form, editing string) (reasonsPage, error) {
	reasons, err := h.reasons.all(r.Context(), r.Viewer)
	if err == nil && editing != "" && !slices.ContainsFunc(reasons, func(known Reason) bool { return known.Slug == editing }) {
		err = errMissing
	}
	return reasonsPage{Form: f, Reasons: reasons, Editing: editing}, err
}

// show shows the list; ?modifier=SLUG opens the form of one reason.
func (h *HTTP) show(w http.ResponseWriter, r *web.Request) error {
	page, err := h.page(r, form.New(nil), "")
	if err != nil {
		return err
	}
	for _, reason := range page.Reasons {
		if reason.Slug == r.URL.Query().Get("modifier") {
			page.Editing, page.Form = reason.Slug, form.New(map[string]string{"label": reason.Label})
		}
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// add adds a reason.
func (h *HTTP) add(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.save(w, r, f, "", func(label string) error {
		return h.reasons.Add(r.Context(), r.Viewer, label)
	})
}

// rename rewords a reason.
func (h *HTTP) rename(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	slug := r.PathValue("slug")
	return h.save(w, r, f, slug, func(label string) error {
		return h.reasons.Rename(r.Context(), r.Viewer, slug, label)
	})
}

func (h *HTTP) save(w http.ResponseWriter, r *web.Request, f *form.Form, editing string, save func(label string) error) error {
	label := f.Text("label", form.Text{Max: maxLabel, Required: "Écrivez le motif comme les gens le diraient, par exemple « Logement »."})
	if err := f.Save(form.At("label"), func() error { return save(label) }); err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.page(r, f, editing))
	}
	return web.Done(w, r, "saved", path)
}

// retire retires a reason.
func (h *HTTP) retire(w http.ResponseWriter, r *web.Request) error {
	return changed(w, r, h.reasons.Retire(r.Context(), r.Viewer, r.PathValue("slug"), true))
}

// restore offers a reason again.
func (h *HTTP) restore(w http.ResponseWriter, r *web.Request) error {
	return changed(w, r, h.reasons.Retire(r.Context(), r.Viewer, r.PathValue("slug"), false))
}

// raise moves a reason up by one.
func (h *HTTP) raise(w http.ResponseWriter, r *web.Request) error {
	return changed(w, r, h.reasons.Raise(r.Context(), r.Viewer, r.PathValue("slug")))
}

func changed(w http.ResponseWriter, r *web.Request, err error) error {
	if err != nil {
		return err
	}
	return web.Done(w, r, "saved", path)
}

// Options are reasons to choose from.
func Options(reasons []Reason) []form.Option {
	options := make([]form.Option, len(reasons))
	for i, reason := range reasons {
		options[i] = form.Option{Value: reason.Slug, Label: reason.Label}
	}
	return options
}
