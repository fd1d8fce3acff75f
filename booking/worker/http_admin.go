package worker

import (
	"net/http"

	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

type adminWorkersPage struct {
	Form      *form.Form
	Workers   []SocialWorker
	Reasons   []form.Option
	Modes     []form.Option
	Languages []form.Option
	Zones     []form.Option
	Registers []form.Option
	Watched   []Standing
	Previous  string
	Next      string
}

func (adminWorkersPage) Template() string { return "booking/admin_workers" }
func (adminWorkersPage) Title() string    { return "Assistantes sociales" }

func (h *HTTP) adminWorkersPage(r *web.Request, f *form.Form) (adminWorkersPage, error) {
	reasons, err := reason.Read(r.Context(), h.workers.db.Pool)
	if err != nil {
		return adminWorkersPage{}, err
	}
	page := adminWorkersPage{Form: f, Reasons: reason.Options(reason.Specific(reasons)), Modes: slot.ModeOptions(slot.Modes), Languages: LanguageOptions(), Registers: registerOptions}
	if page.Watched, err = h.workers.Watched(r.Context(), r.Viewer); err != nil {
		return adminWorkersPage{}, err
	}
	page.Zones = people.Zones
	number := r.PageNumber()
	workers, more, err := h.workers.SocialWorkers(r.Context(), number)
	page.Workers = workers
	page.Previous, page.Next = r.Neighbours(number, more)
	return page, err
}

// adminWorkers lists the workers, with the form to invite another.
func (h *HTTP) adminWorkers(w http.ResponseWriter, r *web.Request) error {
	page, err := h.adminWorkersPage(r, form.New(map[string]string{"time_zone": zone.Default, "diploma_title": diplomaTitle}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func decodeWorker(f *form.Form, page adminWorkersPage) NewSocialWorker {
	n := NewSocialWorker{
		Invitation: signup.Invitation{
			FirstName: f.Name("first_name", "Écrivez le prénom."),
			LastName:  f.Name("last_name", "Écrivez le nom."),
			Email:     f.Email("email"),
			Zone:      f.Choice("time_zone", form.Values(page.Zones), "Choisissez où cette personne travaille."),
		},
	}
	n.Sheet = decodeSheet(f, page.Reasons)
	return n
}

// addWorker invites a worker.
func (h *HTTP) addWorker(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.adminWorkersPage(r, f)
	if err != nil {
		return err
	}
	worker := decodeWorker(f, page)
	worker.Credentials = decodeCredentials(f, h.today())
	err = f.Save(form.Beside{errEmailKnown: "email", errPlaceFirst: "place"}, func() error {
		_, err := h.workers.AddSocialWorker(r.Context(), r.Viewer, worker)
		return err
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "invited", "/administration/assistants")
}
