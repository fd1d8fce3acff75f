package bulkcancel

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// listPage lists a worker's appointments to choose which to cancel: by the worker, or by
// an administrator.
type listPage struct {
	Form      *form.Form
	Period    *form.Form // to choose other days
	Path      string
	Worker    worker.SocialWorker
	Own       bool // the viewer is the worker
	Coming    []appointment.Appointment
	More      bool // others follow
	Span      slot.Period
	Bounded   bool // whether days were chosen
	Decisions []Decision
}

func (listPage) Template() string { return "booking/bulk_cancel" }
func (p listPage) Title() string {
	if p.Own {
		return "Annuler des rendez-vous"
	}
	return "Annuler des rendez-vous " + web.Elide("de", p.Worker.Name())
}

// Options are the appointments as checkboxes.
func (p listPage) Options() []form.Option {
	options := make([]form.Option, len(p.Coming))
	for i, a := range p.Coming {
		label := web.DayHour(a.StartsAt.In(p.Worker.Zone))
		if a.BeneficiaryName != "" {
			label += ", " + a.BeneficiaryName
		}
		if label += ", " + web.Small(a.Mode.Label()); a.Asks() {
			label += " (demande)"
		}
		options[i] = form.Option{Value: a.ID.String(), Label: label}
	}
	return options
}

// Until is an instant of the last day of the span.
func (p listPage) Until() time.Time { return p.Span.To.Add(-time.Second) }

// Fields are the hidden fields of the span.
func (p listPage) Fields() []appointment.HiddenField {
	if !p.Bounded {
		return nil
	}
	return []appointment.HiddenField{{Name: "from", Value: p.Span.From.UTC().Format(time.RFC3339)}, {Name: "to", Value: p.Span.To.UTC().Format(time.RFC3339)}}
}

// Address is the address of the page for the same span.
func (p listPage) Address() string {
	query := url.Values{}
	for _, field := range p.Fields() {
		query.Set(field.Name, field.Value)
	}
	if len(query) == 0 {
		return p.Path
	}
	return p.Path + "?" + query.Encode()
}

// checkPage asks for confirmation, and shows how many people will be notified.
type checkPage struct {
	listPage
	Chosen []appointment.Appointment
	People int
	Hidden []appointment.HiddenField
}

func (checkPage) Template() string { return "booking/bulk_cancel_check" }

// workerOf returns the worker that the address names, and the path of the page.
func workerOf(r *web.Request) (worker uuid.UUID, path string, err error) {
	if r.PathValue("id") == "" {
		return r.Viewer.ID, "/agenda/annulations", nil
	}
	worker, err = r.PathID("id")
	return worker, "/administration/assistants/" + worker.String() + "/annulations", err
}

// listPage returns the page of the span in f.
func (h *HTTP) listPage(r *web.Request, f *form.Form) (listPage, error) {
	v := r.Viewer
	id, path, err := workerOf(r)
	if err != nil {
		return listPage{}, err
	}
	if err := mayCancel(v, id); err != nil {
		return listPage{}, err
	}
	page := listPage{Form: f, Period: form.New(nil), Path: path, Own: v.ID == id}
	if page.Worker, err = h.workers.SocialWorker(r.Context(), id); err != nil {
		return listPage{}, err
	}
	page.Span, page.Bounded = h.decodeSpan(f, page.Worker.Zone)
	if page.Coming, page.More, err = h.bulkCancels.Cancellable(r.Context(), v, id, page.Span); err != nil || page.Own {
		return page, err
	}
	page.Decisions, err = h.bulkCancels.Decisions(r.Context(), v, id)
	return page, err
}

// decodeSpan decodes a span from instants, or from two days. Without a valid one it is
// unbounded.
func (h *HTTP) decodeSpan(f *form.Form, zone *time.Location) (span slot.Period, bounded bool) {
	now := h.bulkCancels.DB.Now()
	from, wrong := time.Parse(time.RFC3339, f.Hidden("from", 40))
	to, alsoWrong := time.Parse(time.RFC3339, f.Hidden("to", 40))
	if f.Sent("first_day") {
		first, last := h.agendas.Days()
		from = slot.WallClock(f.Date("first_day", first, last, "Indiquez le premier jour."), 0, zone)
		to = slot.WallClock(f.Date("last_day", first, last, "Indiquez le dernier jour.").AddDate(0, 0, 1), 0, zone)
		if f.Valid() && !from.Before(to) {
			f.Fail("last_day", "Le dernier jour vient avant le premier. Corrigez l’un des deux.")
		}
		wrong, alsoWrong = nil, nil
	}
	if wrong != nil || alsoWrong != nil || !f.Valid() || !from.Before(to) || !to.After(now) || to.After(now.AddDate(5, 0, 0)) {
		return slot.Period{From: now, To: now.AddDate(5, 0, 0)}, false
	}
	return slot.Period{From: from.UTC(), To: to.UTC()}, true
}

// showBulkCancel shows the list with all appointments checked.
func (h *HTTP) showBulkCancel(w http.ResponseWriter, r *web.Request) error {
	asked := form.FromValues(r.URL.Query())
	page, err := h.listPage(r, asked)
	if err != nil {
		return err
	}
	ticked := map[string][]string{"reopen": {"no"}}
	for _, a := range page.Coming {
		ticked["appointment"] = append(ticked["appointment"], a.ID.String())
	}
	if page.Bounded {
		ticked["close"] = []string{"1"}
	}
	page.Period, page.Form = asked, form.Filled(ticked)
	status := http.StatusOK
	if !asked.Valid() {
		status = http.StatusUnprocessableEntity
	}
	return h.render.Render(w, r, status, page)
}

// decode decodes the checked appointments that can still be cancelled.
func decode(f *form.Form, page listPage) (c Batch, chosen []appointment.Appointment) {
	c = Batch{SocialWorkerID: page.Worker.ID, Explanation: f.Text("explanation", form.Text{Max: appointment.MaxExplanation, Lines: true})}
	if !page.Own {
		c.Reason = f.Text("reason", form.Text{Max: maxReason, Required: errReason.Message, Lines: true})
	}
	for _, a := range page.Coming {
		if f.Has("appointment", a.ID.String()) {
			chosen, c.Appointments = append(chosen, a), append(c.Appointments, a.ID)
		}
	}
	if len(chosen) == 0 {
		f.Fail("appointment", errNothingChosen.Message)
	}
	if c.Reopen = agenda.Reopens(f); f.Ticked("close") {
		c.Closes = page.Span
	}
	if f.Sent("from") && !page.Bounded {
		f.Fail("close", errClosing.Message) // an unbounded period cannot be closed
	}
	return c, chosen
}

// checkBulkCancel shows the confirmation page. It changes nothing.
func (h *HTTP) checkBulkCancel(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.listPage(r, f)
	if err != nil {
		return err
	}
	c, chosen := decode(f, page)
	if !f.Valid() {
		return f.Invalid(page)
	}
	people := map[uuid.UUID]bool{}
	check := checkPage{listPage: page, Chosen: chosen, Hidden: page.Fields()}
	for _, a := range chosen {
		people[a.BeneficiaryID] = true
		check.Hidden = append(check.Hidden, appointment.HiddenField{Name: "appointment", Value: a.ID.String()})
	}
	check.People = len(people)
	for name, value := range map[string]string{"explanation": c.Explanation, "reason": c.Reason, "reopen": f.Value("reopen")} {
		if value != "" {
			check.Hidden = append(check.Hidden, appointment.HiddenField{Name: name, Value: value})
		}
	}
	if c.Closes != (slot.Period{}) {
		check.Hidden = append(check.Hidden, appointment.HiddenField{Name: "close", Value: "1"})
	}
	return h.render.Render(w, r, http.StatusOK, check)
}

// Reopen are the answers to the question whether the hours stay open.
func (listPage) Reopen() []form.Option { return agenda.ReopenOptions }

// Reopens reports whether the hours stay open.
func (p checkPage) Reopens() bool { return p.Form.Is("reopen", "yes") }

// Closes reports whether the period is to be closed.
func (p checkPage) Closes() bool { return p.Form.Is("close", "1") }

// cancelChosen cancels the chosen appointments, and shows the remaining ones of the span.
func (h *HTTP) cancelChosen(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.listPage(r, f)
	if err != nil {
		return err
	}
	c, _ := decode(f, page)
	err = f.Save(form.Beside{errClosing: "close", agenda.ErrTooMany: "close"}, func() error {
		_, err := h.bulkCancels.Cancel(r.Context(), r.Viewer, c)
		return err
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "cleared", page.Address())
}

// Total is the number of chosen appointments, in words.
func (p checkPage) Total() string { return plural(len(p.Chosen), "rendez-vous", "rendez-vous") }

// Notified is the number of people who will be notified, in words.
func (p checkPage) Notified() string { return plural(p.People, "personne", "personnes") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
