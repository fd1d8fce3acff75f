package interpreter

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// DeskPath is the switchboard's list of searches.
const DeskPath = "/standard/interpretes"

// HTTP is the pages of this package.
type HTTP struct {
	searches *Service
	render   *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(searches *Service, render *web.Renderer) *HTTP { return &HTTP{searches, render} }

// tasksPage lists the searches.
type tasksPage struct {
	Form   *form.Form
	Viewer *viewer.Viewer
	Tasks  []Task
}

func (tasksPage) Template() string { return "booking/interpreters" }
func (tasksPage) Title() string    { return "Interprètes à trouver" }

// Steps are the states that a search can be given beside its own.
func (t Task) Steps() (steps []State) {
	for _, s := range States() {
		if s != t.State {
			steps = append(steps, s)
		}
	}
	return steps
}

// Path is the path of what is done with the search.
func (t Task) Path() string { return DeskPath + "/" + t.AppointmentID.String() }

func (h *HTTP) showTasks(w http.ResponseWriter, r *web.Request) error {
	page, err := h.tasksPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) tasksPage(r *web.Request, f *form.Form) (tasksPage, error) {
	tasks, err := h.searches.Tasks(r.Context(), r.Viewer)
	return tasksPage{f, r.Viewer, tasks}, err
}

// set changes the state of a search.
func (h *HTTP) set(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if _, err := h.searches.Task(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	var names []string
	for _, s := range States() {
		names = append(names, string(s))
	}
	to := f.Choice("state", names, "Dites si l’interprète est trouvé.")
	if !f.Valid() {
		return f.ShowAgain(h.tasksPage(r, f))
	}
	if err := h.searches.Set(r.Context(), r.Viewer, id, State(to)); err != nil {
		return err
	}
	return web.Done(w, r, "told-both", DeskPath)
}
