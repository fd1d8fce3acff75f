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

// listPage lists the appointments of a worker that one act can cancel: the worker's
// own, or an administrator's of any.
type listPage struct {
	Form      *form.Form
	Period    *form.Form // of another choice of days
	Path      string
	Worker    worker.SocialWorker
	Own       bool // the viewer is the worker
	Coming    []appointment.Appointment
	More      bool // others follow
	Span      slot.Period
	Bounded   bool // Span is a choice of days, not all that comes
	Decisions []Decision
}

func (listPage) Template() string { return "booking/bulk_cancel" }
func (listPage) Title() string    { return "Annuler des rendez-vous" }

// Options are the appointments as boxes to tick.
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

// Until is the end of the span as a day that is still inside it.
func (p listPage) Until() time.Time { return p.Span.To.Add(-time.Second) }

// Fields are the span as the form carries it.
func (p listPage) Fields() []appointment.HiddenField {
	if !p.Bounded {
		return nil
	}
	return []appointment.HiddenField{{Name: "from", Value: p.Span.From.UTC().Format(time.RFC3339)}, {Name: "to", Value: p.Span.To.UTC().Format(time.RFC3339)}}
}

// Address is the page of the same span.
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

// checkPage says once more what follows: how many people are told.
type checkPage struct {
	listPage
	Chosen []appointment.Appointment
	People int
	Hidden []appointment.HiddenField
}

func (checkPage) Template() string { return "booking/bulk_cancel_check" }

// workerOf is whose appointments the address is about, and the page's own path.
func workerOf(r *web.Request) (worker uuid.UUID, path string, err error) {
	if r.PathValue("id") == "" {
		return r.Viewer.ID, "/agenda/annulations", nil
	}
	worker, err = r.PathID("id")
	return worker, "/administration/assistants/" + worker.String() + "/annulations", err
}

// listPage lists what overlaps the span that f names.
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

// decodeSpan decodes a span as addresses have it, or as two days; all that comes
// where there is none, or what is named is none.
func (h *HTTP) decodeSpan(f *form.Form, zone *time.Location) (span slot.Period, bounded bool) {
	now := h.bulkCancels.db.Now()
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

// showBulkCancel shows the list, all of it ticked.
func (h *HTTP) showBulkCancel(w http.ResponseWriter, r *web.Request) error {
	asked := form.FromValues(r.URL.Query())
	page, err := h.listPage(r, asked)
	if err != nil {
		return err
	}
	ticked := map[string][]string{}
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

// decode decodes what was ticked, of what can still be cancelled.
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
	if f.Ticked("close") {
		c.Closes = page.Span
	}
	if f.Sent("from") && !page.Bounded {
		f.Fail("close", errClosing.Message) // all that comes was not meant
	}
	return c, chosen
}

// checkBulkCancel says what follows, before anything is done.
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
	for name, value := range map[string]string{"explanation": c.Explanation, "reason": c.Reason} {
		if value != "" {
			check.Hidden = append(check.Hidden, appointment.HiddenField{Name: name, Value: value})
		}
	}
	if c.Closes != (slot.Period{}) {
		check.Hidden = append(check.Hidden, appointment.HiddenField{Name: "close", Value: "1"})
	}
	return h.render.Render(w, r, http.StatusOK, check)
}

// Closes reports whether the period is to be closed.
func (p checkPage) Closes() bool { return p.Form.Is("close", "1") }

// cancelChosen cancels them, and shows what is left in the same span.
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

// Total is how many are chosen, in words.
func (p checkPage) Total() string { return plural(len(p.Chosen), "rendez-vous", "rendez-vous") }

// Notified is how many people are told, in words.
func (p checkPage) Notified() string { return plural(p.People, "personne", "personnes") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
