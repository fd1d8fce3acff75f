package worker

import (
	"net/http"
	"slices"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
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

func (h *HTTP) reasonsPage(r *http.Request, f *form.Form, editing string) (reasonsPage, error) {
	reasons, err := h.workers.AllReasons(r.Context(), viewer.From(r.Context()))
	if err == nil && editing != "" && !slices.ContainsFunc(reasons, func(known Reason) bool { return known.Slug == editing }) {
		err = errNoReason
	}
	return reasonsPage{Form: f, Reasons: reasons, Editing: editing}, err
}

// Reasons shows the list; ?modifier=SLUG opens the words of one.
func (h *HTTP) Reasons(w http.ResponseWriter, r *http.Request) error {
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

// AddReason adds a reason.
func (h *HTTP) AddReason(w http.ResponseWriter, r *http.Request) error {
	return h.saveReason(w, r, "", func(label string) error {
		return h.workers.AddReason(r.Context(), viewer.From(r.Context()), label)
	})
}

// RenameReason changes a reason's words.
func (h *HTTP) RenameReason(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	return h.saveReason(w, r, slug, func(label string) error {
		return h.workers.RenameReason(r.Context(), viewer.From(r.Context()), slug, label)
	})
}

func (h *HTTP) saveReason(w http.ResponseWriter, r *http.Request, editing string, save func(label string) error) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	label := f.Text("label", form.Text{Max: MaxReason, Required: "Écrivez le motif comme les gens le diraient, par exemple « Logement »."})
	if f.Valid() {
		if err = save(label); fault.Is(err, fault.Invalid) {
			f.Fail("label", fault.From(err).Message)
		} else if err != nil {
			return err
		}
	}
	if !f.Valid() {
		page, err := h.reasonsPage(r, f, editing)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	web.Flash(w, "saved")
	return web.See(w, r, reasonsPath)
}

// RetireReason no longer offers a reason.
func (h *HTTP) RetireReason(w http.ResponseWriter, r *http.Request) error {
	return changedReason(w, r, h.workers.RetireReason(r.Context(), viewer.From(r.Context()), r.PathValue("slug"), true))
}

// RestoreReason offers a reason again.
func (h *HTTP) RestoreReason(w http.ResponseWriter, r *http.Request) error {
	return changedReason(w, r, h.workers.RetireReason(r.Context(), viewer.From(r.Context()), r.PathValue("slug"), false))
}

// RaiseReason moves a reason up by one.
func (h *HTTP) RaiseReason(w http.ResponseWriter, r *http.Request) error {
	return changedReason(w, r, h.workers.RaiseReason(r.Context(), viewer.From(r.Context()), r.PathValue("slug")))
}

func changedReason(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return err
	}
	web.Flash(w, "saved")
	return web.See(w, r, reasonsPath)
}
