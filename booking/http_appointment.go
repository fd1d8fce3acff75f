package booking

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/account"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type appointmentsPage struct {
	Coming []Appointment
	Past   []Appointment
	Viewer *viewer.Viewer
}

func (appointmentsPage) Template() string { return "booking/appointments" }
func (appointmentsPage) Title() string    { return "Mes rendez-vous" }

// Appointments lists past and coming appointments (R17).
func (h *HTTP) Appointments(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	coming, past, err := h.bookings.Appointments(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, appointmentsPage{Coming: coming, Past: past, Viewer: v})
}

type appointmentPage struct {
	Appointment
	Details
	Viewer      *viewer.Viewer
	CanCancel   bool
	IsFree      bool // cancelling is free now
	CanEnter    bool // the call's doors are open
	Coming      bool
	DoorsOpenAt time.Time
}

func (appointmentPage) Template() string { return "booking/appointment" }
func (appointmentPage) Title() string    { return "Rendez-vous" }

// DisplayMobile is the number to call as people read it.
func (p appointmentPage) DisplayMobile() string { return account.DisplayMobile(p.Mobile) }

// Doors is how long before the hour a call's doors open, and how long after its
// end they close.
const Doors = 15 * time.Minute

// Show is the appointment's page.
func (h *HTTP) Show(w http.ResponseWriter, r *http.Request) error {
	a, err := h.appointment(r)
	if err != nil {
		return err
	}
	v, now := viewer.From(r.Context()), h.bookings.db.Now()
	details, err := h.bookings.Details(r.Context(), v, a)
	if err != nil {
		return err
	}
	page := appointmentPage{Appointment: a, Details: details, Viewer: v, CanCancel: a.Cancellable(now), IsFree: a.Free(now), DoorsOpenAt: a.StartsAt.Add(-Doors)}
	page.Coming = a.Status == Confirmed && !a.Over(now)
	page.CanEnter = a.Status.Agreed() && a.Mode == Video && !now.Before(page.DoorsOpenAt) && now.Before(a.EndsAt.Add(Doors))
	return h.render.Render(w, r, http.StatusOK, page)
}

type cancelPage struct {
	Appointment
	Form   *form.Form
	Viewer *viewer.Viewer
	IsFree bool
}

func (cancelPage) Template() string { return "booking/cancel" }
func (cancelPage) Title() string    { return "Annuler le rendez-vous" }

func (h *HTTP) cancelPage(r *http.Request, f *form.Form) (cancelPage, error) {
	a, err := h.appointment(r)
	if err != nil {
		return cancelPage{}, err
	}
	now := h.bookings.db.Now()
	if !a.Cancellable(now) {
		return cancelPage{}, errTooLate
	}
	return cancelPage{Appointment: a, Form: f, Viewer: viewer.From(r.Context()), IsFree: a.Free(now)}, nil
}

// CancelPage tells the consequence before anything is done (R18).
func (h *HTTP) CancelPage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.cancelPage(r, form.New(nil))
	if errors.Is(err, errTooLate) {
		return fault.New(fault.Conflict, errTooLate.Message)
	}
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// Cancel cancels.
func (h *HTTP) Cancel(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.cancelPage(r, f)
	if err != nil {
		return err
	}
	explanation := f.Text("explanation", form.Text{Max: MaxExplanation, Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if _, err := h.bookings.Cancel(r.Context(), page.Viewer, page.ID, explanation); err != nil {
		return err
	}
	web.Flash(w, "cancelled")
	return web.See(w, r, "/rendez-vous/"+page.ID.String())
}
