package waitlist

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/reason"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP serves the pages of the waitlist.
type HTTP struct {
	waitlist *Service
	views    *viewlimit.Service
	render   *web.Renderer
}

// NewHTTP returns the pages; workers counts the sheets shown.
func NewHTTP(waitlist *Service, views *viewlimit.Service, render *web.Renderer) *HTTP {
	return &HTTP{waitlist, views, render}
}

// waitlistPage lists the viewer's entries, with the form to join.
type waitlistPage struct {
	Form    *form.Form
	Entries []shownEntry
	Full    bool
	Reader  *time.Location
	Now     time.Time
	Workers []form.Option // the workers to choose from, besides anybody
	Coming  []form.Option // the appointments that could be earlier

	Reasons, Modes, Languages []form.Option
}

func (waitlistPage) Template() string { return "booking/waitlist" }
func (waitlistPage) Title() string    { return "Liste d’attente" }
func (waitlistPage) Styles() []string { return []string{"finding.css"} }

// shownEntry is an entry on the page.
type shownEntry struct {
	Entry
	Worker      string                   // the name; empty for anybody
	Appointment *appointment.Appointment // the one that should be earlier
	ReasonLabel string
	Hours       []search.Hour // available slots
	Unsure      bool          // moving the appointment would make a request (R19)
}

// Bounded reports whether the person chose the last day of the entry.
func (e shownEntry) Bounded() bool {
	return !e.OpenEnded && (e.Appointment == nil || e.Until.Before(e.Appointment.StartsAt))
}

// LanguageLabel is the language's name.
func (e shownEntry) LanguageLabel() string { return worker.LanguageLabel(e.Language) }

// Moves reports whether the appointment can be moved to that slot, penalty-free.
func (e shownEntry) Moves(h search.Hour, now time.Time) bool {
	a := e.Appointment
	return a != nil && a.MovesTo(h.Worker.ID, now) && h.Offers(a.Mode) && !e.Unsure
}

// choice is one slot of an entry, and how it is booked.
type choice struct {
	search.Hour
	MoveTo string // the last step before moving the appointment; empty if the slot is booked
	Mode   slot.Mode
	Reason string
}

func (e shownEntry) Choices(now time.Time) []choice {
	choices := make([]choice, len(e.Hours))
	for i, hour := range e.Hours {
		choices[i] = choice{Hour: hour, Mode: cmp.Or(e.Mode, hour.Modes[0]), Reason: e.Reason}
		if e.Moves(hour, now) {
			query := url.Values{"starts_at": {hour.StartsAt.UTC().Format(time.RFC3339)}}
			choices[i].MoveTo = "/rendez-vous/" + e.AppointmentID.String() + "/deplacement?" + query.Encode()
		}
	}
	return choices
}

// Page shows the viewer's entries, and the slots that are available.
func (h *HTTP) Page(w http.ResponseWriter, r *web.Request) error {
	query := r.URL.Query()
	f := form.FromValues(query)
	page, err := h.waitlistPage(r, f, query.Get("social_worker_id"))
	if err != nil {
		return err
	}
	page.decode(f)
	typed := form.New(nil)
	for _, name := range []string{"social_worker_id", "mode", "language", "appointment_id"} {
		typed.Set(name, f.Value(name))
	}
	if page.Form, err = h.chosen(r, typed); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// chosen fills in what the viewer looks for, where the address does not say anything else.
// A need is never in it.
func (h *HTTP) chosen(r *web.Request, f *form.Form) (*form.Form, error) {
	c, err := h.waitlist.Searches.Choice(r.Context(), r.Viewer, r.Viewer.ID)
	f.Set("reason", c.Reason)
	f.Set("mode", cmp.Or(f.Value("mode"), string(c.Mode)))
	f.Set("language", cmp.Or(f.Value("language"), c.Language))
	return f, err
}

// waitlistPage returns the page. Besides the viewer's workers, the worker whose sheet they
// just saw can be chosen.
func (h *HTTP) waitlistPage(r *web.Request, f *form.Form, looked string) (waitlistPage, error) {
	ctx, v, now := r.Context(), r.Viewer, h.waitlist.DB.Now()
	entries, err := h.waitlist.Entries(ctx, v)
	if err != nil {
		return waitlistPage{}, err
	}
	reasons, err := reason.Read(ctx, h.waitlist.DB.Pool)
	if err != nil {
		return waitlistPage{}, err
	}
	allowed, err := h.waitlist.Appointments.AllowedModes(ctx, v)
	if err != nil {
		return waitlistPage{}, err
	}
	coming, _, err := h.waitlist.Appointments.Appointments(ctx, v)
	if err != nil {
		return waitlistPage{}, err
	}
	page := waitlistPage{
		Form: f, Full: len(entries) >= maxEntries, Reader: v.Zone, Now: now,
		Reasons: reason.Options(reasons), Modes: slot.ModeOptions(allowed), Languages: worker.LanguageOptions(),
	}
	page.offer(coming, v, now)
	if err := h.offerWorker(r, &page, looked); err != nil {
		return waitlistPage{}, err
	}
	for _, entry := range entries {
		shown, err := h.shown(r, entry, coming, reasons)
		if err != nil {
			return waitlistPage{}, err
		}
		page.Entries = append(page.Entries, shown)
	}
	return page, nil
}

// offer lists the coming appointments and their workers.
func (p *waitlistPage) offer(coming []appointment.Appointment, v *viewer.Viewer, now time.Time) {
	for _, a := range coming {
		if !a.Cancellable(now) {
			continue
		}
		p.Coming = append(p.Coming, form.Option{Value: a.ID.String(), Label: web.DayHour(a.StartsAt.In(v.Zone)) + ", avec " + a.SocialWorkerName})
		p.offerName(a.SocialWorkerID, a.SocialWorkerName)
	}
}

func (p *waitlistPage) offerName(id uuid.UUID, name string) {
	for _, known := range p.Workers {
		if known.Value == id.String() {
			return
		}
	}
	p.Workers = append(p.Workers, form.Option{Value: id.String(), Label: name})
}

func (h *HTTP) offerWorker(r *web.Request, p *waitlistPage, looked string) error {
	id, err := form.ParseID(looked)
	if err != nil {
		return nil
	}
	sheet, err := h.waitlist.Workers.SocialWorker(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.views.PageOfSheets(r, id); err != nil {
		return err
	}
	p.offerName(id, sheet.Name())
	return nil
}

func (h *HTTP) shown(r *web.Request, entry Entry, coming []appointment.Appointment, reasons []reason.Reason) (shownEntry, error) {
	shown := shownEntry{Entry: entry}
	for i, a := range coming {
		if a.ID == entry.AppointmentID {
			shown.Appointment = &coming[i]
		}
	}
	for _, reason := range reasons {
		if reason.Slug == entry.Reason {
			shown.ReasonLabel = reason.Label
		}
	}
	if entry.SocialWorkerID != uuid.Nil {
		sheet, err := h.waitlist.Workers.SocialWorker(r.Context(), entry.SocialWorkerID)
		if err != nil {
			return shownEntry{}, err
		}
		shown.Worker = sheet.Name()
	}
	if a := shown.Appointment; a != nil && !a.Asks() {
		marked, err := h.waitlist.Appointments.Marked(r.Context(), r.Viewer, a.SocialWorkerID, a.BeneficiaryID)
		if err != nil {
			return shownEntry{}, err
		}
		shown.Unsure = !marked.IsZero()
	}
	hours, err := h.waitlist.Available(r.Context(), r.Viewer, entry)
	if err != nil {
		return shownEntry{}, err
	}
	ids := make([]uuid.UUID, len(hours))
	for i, hour := range hours {
		ids[i] = hour.Worker.ID
	}
	shown.Hours = hours
	return shown, h.views.PageOfSheets(r, ids...)
}

// decode decodes an entry; empty fields match everything.
func (p waitlistPage) decode(f *form.Form) Entry {
	chosen := func(name string, options []form.Option) string {
		if !f.Sent(name) {
			return ""
		}
		return f.Choice(name, append(form.Values(options), ""), "Choisissez dans la liste.")
	}
	entry := Entry{
		Reason: chosen("reason", p.Reasons), Mode: slot.Mode(chosen("mode", p.Modes)), Language: chosen("language", p.Languages),
	}
	entry.SocialWorkerID, _ = uuid.Parse(chosen("social_worker_id", p.Workers))
	entry.AppointmentID, _ = uuid.Parse(chosen("appointment_id", p.Coming))
	return entry
}

// besideEntry maps faults to the fields at which they appear.
var besideEntry = form.Beside{errWaitingWorker: "social_worker_id", appointment.ErrMode: "mode", errNoEarlier: "appointment_id"}

// Join adds an entry.
func (h *HTTP) Join(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v, now := r.Viewer, h.waitlist.DB.Now()
	page, err := h.waitlistPage(r, f, f.Hidden("social_worker_id", 36))
	if err != nil {
		return err
	}
	entry := page.decode(f)
	today := slot.CalendarDay(now.In(v.Zone))
	if day := f.Date("before", today, today.Add(slot.Horizon), ""); !day.IsZero() {
		entry.Until = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, v.Zone)
	}
	err = f.Save(besideEntry, func() error { return h.waitlist.Join(r.Context(), v, entry) })
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err != nil {
		return appointment.Refuse(err, func(problem string) (any, error) {
			f.Fail("social_worker_id", problem)
			return page, nil
		}, errTooMany)
	}
	return web.Done(w, r, "waiting", "/liste-attente")
}

// leave deletes an entry.
func (h *HTTP) leave(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := h.waitlist.Leave(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "not-waiting", "/liste-attente")
}
