package booking

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// waitingPage is what the viewer waits for, with the form for more.
type waitingPage struct {
	Form    *form.Form
	Wishes  []shownWish
	Full    bool
	Reader  *time.Location
	Now     time.Time
	Workers []form.Option // with whom one can wait, beside anybody
	Coming  []form.Option // appointments that can be had earlier

	Reasons, Modes, Languages []form.Option
}

func (waitingPage) Template() string { return "booking/waiting" }
func (waitingPage) Title() string    { return "Liste d’attente" }
func (waitingPage) Styles() []string { return []string{"finding.css"} }

// shownWish is a wish as its person reads it.
type shownWish struct {
	Wish
	Worker      string                   // the name; empty for anybody
	Appointment *appointment.Appointment // the one that is to be earlier
	ReasonLabel string
	Hours       []search.Hour // free now
	Unsure      bool          // a new hour of the appointment would only be asked for (R19)
}

// Bounded reports whether a day bounds the wish, and not what can be booked or the
// appointment alone.
func (w shownWish) Bounded() bool {
	return !w.OpenEnded && (w.Appointment == nil || w.Until.Before(w.Appointment.StartsAt))
}

// LanguageLabel is the language's name.
func (w shownWish) LanguageLabel() string { return worker.LanguageLabel(w.Language) }

// Moves reports whether the appointment itself can be moved to that hour in one act,
// without any consequence.
func (w shownWish) Moves(h search.Hour, now time.Time) bool {
	a := w.Appointment
	return a != nil && a.MovesTo(h.Worker.ID, now) && h.Offers(a.Mode) && !w.Unsure
}

// Take is one hour of a wish, and how it is taken.
type Take struct {
	search.Hour
	MoveTo string // where the appointment is moved to it; empty where it is booked
	Book   string
}

// Takes are the wish's hours.
func (w shownWish) Takes(now time.Time) []Take {
	takes := make([]Take, len(w.Hours))
	for i, hour := range w.Hours {
		takes[i] = Take{Hour: hour, Book: w.book(hour)}
		if w.Moves(hour, now) {
			takes[i].MoveTo = "/rendez-vous/" + w.AppointmentID.String() + "/deplacement"
		}
	}
	return takes
}

func (w shownWish) book(h search.Hour) string {
	mode := h.Modes[0]
	if w.Mode != "" {
		mode = w.Mode
	}
	query := url.Values{"social_worker_id": {h.Worker.ID.String()}, "starts_at": {h.StartsAt.Format(time.RFC3339)}, "mode": {string(mode)}}
	if w.Reason != "" {
		query.Set("reason", w.Reason)
	}
	return "/rendez-vous/nouveau?" + query.Encode()
}

// Waiting shows what the viewer waits for, and the hours that are free by now.
func (h *HTTP) Waiting(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	f := form.FromValues(query)
	page, err := h.waitingPage(r, f, query.Get("social_worker_id"))
	if err != nil {
		return err
	}
	page.decode(f)
	typed := form.New(nil)
	for _, name := range []string{"social_worker_id", "reason", "mode", "language", "appointment_id"} {
		typed.Set(name, f.Value(name))
	}
	page.Form = typed
	return h.render.Render(w, r, http.StatusOK, page)
}

// waitingPage fills the page; beside those whom the viewer meets, somebody whom they
// have just looked at can be waited for.
func (h *HTTP) waitingPage(r *http.Request, f *form.Form, looked string) (waitingPage, error) {
	ctx, v, now := r.Context(), viewer.From(r.Context()), h.bookings.db.Now()
	wishes, err := h.bookings.Wishes(ctx, v)
	if err != nil {
		return waitingPage{}, err
	}
	reasons, err := h.workers.Reasons(ctx)
	if err != nil {
		return waitingPage{}, err
	}
	allowed, err := h.appointments.AllowedModes(ctx, v)
	if err != nil {
		return waitingPage{}, err
	}
	coming, _, err := h.appointments.Appointments(ctx, v)
	if err != nil {
		return waitingPage{}, err
	}
	page := waitingPage{
		Form: f, Full: len(wishes) >= maxWishes, Reader: v.Zone, Now: now,
		Reasons: worker.ReasonOptions(reasons), Modes: slot.ModeOptions(allowed), Languages: worker.LanguageOptions(),
	}
	page.offer(coming, v, now)
	if err := h.offerWorker(r, &page, looked); err != nil {
		return waitingPage{}, err
	}
	for _, wish := range wishes {
		shown, err := h.shownWish(r, wish, coming, reasons)
		if err != nil {
			return waitingPage{}, err
		}
		page.Wishes = append(page.Wishes, shown)
	}
	return page, nil
}

// offer lists the coming appointments, and with whom they are.
func (p *waitingPage) offer(coming []appointment.Appointment, v *viewer.Viewer, now time.Time) {
	for _, a := range coming {
		if !a.Cancellable(now) {
			continue
		}
		p.Coming = append(p.Coming, form.Option{Value: a.ID.String(), Label: web.DayHour(a.StartsAt.In(v.Zone)) + ", avec " + a.SocialWorkerName})
		p.offerName(a.SocialWorkerID, a.SocialWorkerName)
	}
}

func (p *waitingPage) offerName(id uuid.UUID, name string) {
	for _, known := range p.Workers {
		if known.Value == id.String() {
			return
		}
	}
	p.Workers = append(p.Workers, form.Option{Value: id.String(), Label: name})
}

func (h *HTTP) offerWorker(r *http.Request, p *waitingPage, looked string) error {
	id, err := form.ParseID(looked)
	if err != nil {
		return nil
	}
	sheet, err := h.workers.SocialWorker(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.workerPages.CountViews(r, id); err != nil {
		return err
	}
	p.offerName(id, sheet.Name())
	return nil
}

func (h *HTTP) shownWish(r *http.Request, wish Wish, coming []appointment.Appointment, reasons []worker.Reason) (shownWish, error) {
	shown := shownWish{Wish: wish}
	for i, a := range coming {
		if a.ID == wish.AppointmentID {
			shown.Appointment = &coming[i]
		}
	}
	for _, reason := range reasons {
		if reason.Slug == wish.Reason {
			shown.ReasonLabel = reason.Label
		}
	}
	if wish.SocialWorkerID != uuid.Nil {
		sheet, err := h.workers.SocialWorker(r.Context(), wish.SocialWorkerID)
		if err != nil {
			return shownWish{}, err
		}
		shown.Worker = sheet.Name()
	}
	if a := shown.Appointment; a != nil && !a.Asks() {
		marked, err := h.appointments.Marked(r.Context(), viewer.From(r.Context()), a.SocialWorkerID, a.BeneficiaryID)
		if err != nil {
			return shownWish{}, err
		}
		shown.Unsure = !marked.IsZero()
	}
	hours, err := h.bookings.Earlier(r.Context(), viewer.From(r.Context()), wish)
	if err != nil {
		return shownWish{}, err
	}
	ids := make([]uuid.UUID, len(hours))
	for i, hour := range hours {
		ids[i] = hour.Worker.ID
	}
	shown.Hours = hours
	return shown, h.workerPages.CountViews(r, ids...)
}

// decode reads what is wished for; what is not chosen names nothing.
func (p waitingPage) decode(f *form.Form) Wish {
	chosen := func(name string, options []form.Option) string {
		if !f.Sent(name) {
			return ""
		}
		return f.Choice(name, append(form.Values(options), ""), "Choisissez dans la liste.")
	}
	wish := Wish{
		Reason: chosen("reason", p.Reasons), Mode: slot.Mode(chosen("mode", p.Modes)), Language: chosen("language", p.Languages),
	}
	wish.SocialWorkerID, _ = uuid.Parse(chosen("social_worker_id", p.Workers))
	wish.AppointmentID, _ = uuid.Parse(chosen("appointment_id", p.Coming))
	return wish
}

// Wait adds a wish.
func (h *HTTP) Wait(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	v, now := viewer.From(r.Context()), h.bookings.db.Now()
	page, err := h.waitingPage(r, f, f.Hidden("social_worker_id", 36))
	if err != nil {
		return err
	}
	wish := page.decode(f)
	today := slot.CalendarDay(now.In(v.Zone))
	if day := f.Date("before", today, today.Add(slot.Horizon), ""); !day.IsZero() {
		wish.Until = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, v.Zone)
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	err = h.bookings.Wait(r.Context(), v, wish)
	for name, why := range map[string]*fault.Fault{"social_worker_id": errWaitingWorker, "mode": appointment.ErrMode, "appointment_id": errNoEarlier} {
		if errors.Is(err, why) {
			f.Fail(name, why.Message)
			return f.Invalid(page)
		}
	}
	if why := whichOf(err, errManyWishes); why != nil {
		f.Fail("social_worker_id", why.Message)
		return fault.WithPage(why, page)
	}
	if err != nil {
		return err
	}
	web.Flash(w, "waiting")
	return web.See(w, r, "/liste-attente")
}

// StopWaiting ends one.
func (h *HTTP) StopWaiting(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := h.bookings.StopWaiting(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "not-waiting")
	return web.See(w, r, "/liste-attente")
}
