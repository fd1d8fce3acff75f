package worker

import (
	"net/http"
	"slices"

	"socialdirect/internal/form"
	"socialdirect/web"
)

// reasonsPage is the list of reasons that the administrator keeps (R15).
type reasonsPage struct {
	Form    *form.Form
	Reasons []Reason
	Editing string // the slug of the one whose words are being changed
}

func (reasonsPage) Template() string { return "booking/reasons" }
func (reasonsPage) Title() string    { return "Motifs" }

const reasonsPath = "/administration/motifs"

func (h *HTTP) reasonsPage(r *web.Request, f *form.Form, editing string) (reasonsPage, error) {
	reasons, err := h.workers.allReasons(r.Context(), r.Viewer)
	if err == nil && editing != "" && !slices.ContainsFunc(reasons, func(known Reason) bool { return known.Slug == editing }) {
		err = errNoReason
	}
	return reasonsPage{Form: f, Reasons: reasons, Editing: editing}, err
}

// reasons shows the list; ?modifier=SLUG opens the words of one.
func (h *HTTP) reasons(w http.ResponseWriter, r *web.Request) error {
	page, err := h.reasonsPage(r, form.New(nil), "")
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

// addReason adds a reason.
func (h *HTTP) addReason(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.saveReason(w, r, f, "", func(label string) error {
		return h.workers.AddReason(r.Context(), r.Viewer, label)
	})
}

// renameReason changes a reason's words.
func (h *HTTP) renameReason(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	slug := r.PathValue("slug")
	return h.saveReason(w, r, f, slug, func(label string) error {
		return h.workers.RenameReason(r.Context(), r.Viewer, slug, label)
	})
}

func (h *HTTP) saveReason(w http.ResponseWriter, r *web.Request, f *form.Form, editing string, save func(label string) error) error {
	label := f.Text("label", form.Text{Max: maxReason, Required: "Écrivez le motif comme les gens le diraient, par exemple « Logement »."})
	if err := f.Save(form.At("label"), func() error { return save(label) }); err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.reasonsPage(r, f, editing))
	}
	return web.Done(w, r, "saved", reasonsPath)
}

// retireReason no longer offers a reason.
func (h *HTTP) retireReason(w http.ResponseWriter, r *web.Request) error {
	return changedReason(w, r, h.workers.RetireReason(r.Context(), r.Viewer, r.PathValue("slug"), true))
}

// restoreReason offers a reason again.
func (h *HTTP) restoreReason(w http.ResponseWriter, r *web.Request) error {
	return changedReason(w, r, h.workers.RetireReason(r.Context(), r.Viewer, r.PathValue("slug"), false))
}

// raiseReason moves a reason up by one.
func (h *HTTP) raiseReason(w http.ResponseWriter, r *web.Request) error {
	return changedReason(w, r, h.workers.RaiseReason(r.Context(), r.Viewer, r.PathValue("slug")))
}

func changedReason(w http.ResponseWriter, r *web.Request, err error) error {
	if err != nil {
		return err
	}
	return web.Done(w, r, "saved", reasonsPath)
}
