package booking

import (
	"net/http"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// The acts on an appointment's own page: answering a request, recording the outcome,
// removing a late mark, changing needs, cancelling.

// Answer accepts or declines a request (R19).
func (h *HTTP) Answer(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	decision := f.Choice("decision", []string{"accept", "decline"}, "Choisissez d’accepter ou de décliner.")
	explanation := f.Text("explanation", form.Text{Max: appointment.MaxExplanation, Lines: true})
	if a.Elsewhere(f) {
		f.Fail("decision", errMovedMeanwhile.Message)
	}
	if !f.Valid() {
		return f.ShowAgain(h.appointmentPage(r, f))
	}
	untold, err := h.bookings.Appointments.Untold(r.Context(), a.BeneficiaryID)
	if err != nil {
		return err
	}
	if err := h.bookings.Answer(r.Context(), r.Viewer, a.ID, decision == "accept", explanation); err != nil {
		return err
	}
	done := map[string]string{"accept": "accepted", "decline": "declined"}[decision]
	return web.Done(w, r, appointment.Told(done, untold), "/rendez-vous/"+a.ID.String())
}

// conclude records whether the appointment was attended or missed.
func (h *HTTP) conclude(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	outcome := f.Choice("outcome", []string{string(appointment.Attended), string(appointment.NoShow)}, appointment.ErrOutcome.Message)
	if !f.Valid() {
		return f.ShowAgain(h.appointmentPage(r, f))
	}
	if err := h.bookings.Appointments.Conclude(r.Context(), r.Viewer, a.ID, appointment.Status(outcome)); err != nil {
		return err
	}
	return web.Done(w, r, "saved", "/rendez-vous/"+a.ID.String())
}

// removeLateMark removes the mark of a late cancellation (R19).
func (h *HTTP) removeLateMark(w http.ResponseWriter, r *web.Request) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	if err := h.bookings.Appointments.RemoveLateMark(r.Context(), r.Viewer, a.ID); err != nil {
		return err
	}
	return web.Done(w, r, "mark-cleared", "/rendez-vous/"+a.ID.String())
}

func decodeNeeds(f *form.Form) appointment.Needs {
	return appointment.Needs{
		Interpreter:   f.Text("interpreter", form.Text{Max: appointment.MaxInterpreter}),
		Accessibility: f.Text("accessibility", form.Text{Max: appointment.MaxAccessibility, Lines: true}),
		Companion:     f.Text("companion", form.Text{Max: appointment.MaxCompanion}),
		ByWriting:     f.Ticked("by_writing"),
		SignLanguage:  f.Ticked("sign_language"),
	}
}

// needsPage is the form with which a person changes their needs.
type needsPage struct {
	appointment.Appointment
	Form    *form.Form
	Viewer  *viewer.Viewer
	Problem string
}

func (needsPage) Template() string { return "booking/needs" }
func (p needsPage) Title() string {
	return "Ce dont vous avez besoin le " + web.DayHour(p.StartsAt.In(p.Viewer.Zone))
}

func (h *HTTP) needsPage(r *web.Request, f *form.Form) (needsPage, error) {
	a, err := h.appointment(r)
	if err != nil {
		return needsPage{}, err
	}
	if !a.Cancellable(h.bookings.DB.Now()) {
		return needsPage{}, appointment.ErrNeedsTooLate
	}
	return needsPage{Appointment: a, Form: f, Viewer: r.Viewer}, nil
}

// withProblem is the page with the reason of a refusal.
func (p needsPage) withProblem(problem string) (any, error) {
	p.Problem = problem
	return p, nil
}

// showNeeds shows the form with the current needs.
func (h *HTTP) showNeeds(w http.ResponseWriter, r *web.Request) error {
	page, err := h.needsPage(r, nil)
	if err != nil {
		return err
	}
	details, err := h.bookings.Appointments.Details(r.Context(), page.Viewer, page.Appointment)
	if err != nil {
		return err
	}
	page.Form = form.New(nil)
	for _, field := range details.Fields() {
		page.Form.Set(field.Name, field.Value)
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// ChangeNeeds changes the needs of an appointment.
func (h *HTTP) ChangeNeeds(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.needsPage(r, f)
	if err != nil {
		return err
	}
	needs := decodeNeeds(f)
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.bookings.ChangeNeeds(r.Context(), page.Viewer, page.ID, needs); err != nil {
		return appointment.Refuse(err, page.withProblem)
	}
	return web.Done(w, r, "saved", "/rendez-vous/"+page.ID.String())
}

// cancelPage says whether cancelling is late, and offers the phone instead if it is (R16, R18).
type cancelPage struct {
	target
	Form          *form.Form
	IsPenaltyFree bool
	Phonable      bool // cancelling is late, and the person may change to phone instead
	Problem       string
}

func (cancelPage) Template() string { return "booking/cancel" }
func (p cancelPage) Title() string {
	return "Annuler le rendez-vous du " + web.DayHour(p.StartsAt.In(p.Reader))
}

// Reopen are the answers to the question whether the hour stays open, for a worker.
func (cancelPage) Reopen() []form.Option { return agenda.ReopenOptions }

func (h *HTTP) cancelPage(r *web.Request, f *form.Form) (cancelPage, error) {
	a, err := h.target(r)
	if err != nil {
		return cancelPage{}, err
	}
	now := h.bookings.DB.Now()
	if !a.Cancellable(now) {
		return cancelPage{}, errTooLate
	}
	page := cancelPage{target: a, Form: f, IsPenaltyFree: a.PenaltyFree(now)}
	if !page.IsPenaltyFree {
		page.Phonable, err = h.bookings.Phonable(r.Context(), a.Viewer, a.Appointment)
	}
	return page, err
}

// CancelPage shows the consequence before the person cancels (R18).
func (h *HTTP) CancelPage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.cancelPage(r, form.New(map[string]string{"reopen": "no"}))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// Cancel cancels the appointment; a worker ticks a box if the person asked for it.
func (h *HTTP) Cancel(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	a, err := h.target(r)
	if err != nil {
		return err
	}
	if a.Status.CancelledAlike(!a.Worker() || f.Ticked("asked")) { // pressed twice
		return web.Done(w, r, appointment.Told("cancelled", a.Untold), a.After)
	}
	page, err := h.cancelPage(r, f)
	if err != nil {
		return err
	}
	how := decodeCancellation(f, page.Worker())
	if !f.Valid() {
		return f.Invalid(page)
	}
	if page.Elsewhere(f) {
		return appointment.ShowAgain(errMovedMeanwhile, h.currentCancelPage(r, f))
	}
	if _, err = h.bookings.CancelAs(r.Context(), page.Viewer, page.ID, how); err != nil {
		return appointment.Refuse(err, h.currentCancelPage(r, f), errLimitPassed)
	}
	return web.Done(w, r, appointment.Told(cancelledFlash(page.Worker(), how.Reopen), a.Untold), a.After)
}

func decodeCancellation(f *form.Form, worker bool) Cancellation {
	how := Cancellation{Explanation: f.Text("explanation", form.Text{Max: appointment.MaxExplanation, Lines: true})}
	if worker {
		how.Asked, how.Reopen = f.Ticked("asked"), agenda.Reopens(f)
	} else {
		how.PenaltyFree = shownPenaltyFree(f)
	}
	return how
}

// cancelledFlash names the message after a cancellation, which tells a worker what became
// of the hour.
func cancelledFlash(worker, reopen bool) string {
	switch {
	case !worker:
		return "cancelled"
	case reopen:
		return "hour-open"
	}
	return "hour-closed"
}

// shownPenaltyFree reports whether the submitted page said that the act was penalty-free.
func shownPenaltyFree(f *form.Form) bool { return f.Hidden("told", len("free")) == "free" }

// currentCancelPage is the page in its current state, with the reason of a refusal.
func (h *HTTP) currentCancelPage(r *web.Request, f *form.Form) appointment.Page {
	return func(problem string) (any, error) {
		page, err := h.cancelPage(r, f)
		page.Problem = problem
		return page, err
	}
}
