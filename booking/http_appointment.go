package booking

import (
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type appointmentsPage struct {
	Coming []appointment.Appointment
	Past   []appointment.Appointment
	Viewer *viewer.Viewer
	Now    time.Time
	Margin *appointment.Margin // what a beneficiary may still take; nil for others
}

func (appointmentsPage) Template() string { return "booking/appointments" }
func (appointmentsPage) Title() string    { return "Mes rendez-vous" }

// appointmentLine is one of them, as its viewer reads it.
type appointmentLine struct {
	appointment.Appointment
	Viewer *viewer.Viewer
	Coming bool
	Now    time.Time
}

// Ahead is the line of one that is to come.
func (p appointmentsPage) Ahead(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, true, p.Now}
}

// Behind is the line of one that is over or cancelled.
func (p appointmentsPage) Behind(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, false, p.Now}
}

// MarginNote says how much more may be taken.
func (p appointmentsPage) MarginNote() *marginNote {
	if p.Margin == nil {
		return nil
	}
	return &marginNote{*p.Margin, p.Viewer.Zone, false}
}

// Appointments lists past and coming appointments (R17).
func (h *HTTP) Appointments(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	coming, past, err := h.bookings.Appointments.Appointments(r.Context(), v)
	if err != nil {
		return err
	}
	page := appointmentsPage{Coming: coming, Past: past, Viewer: v, Now: h.bookings.DB.Now()}
	if v.Role == viewer.Beneficiary {
		margin, err := h.bookings.Appointments.Margin(r.Context(), v.ID)
		if err != nil {
			return err
		}
		page.Margin = &margin
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

type appointmentPage struct {
	appointment.Appointment
	appointment.Details
	Viewer        *viewer.Viewer
	Form          *form.Form // of the worker's answers
	CanCancel     bool
	IsPenaltyFree bool // cancelling is free now
	CanEnter      bool // the call's doors are open
	Coming        bool
	DoorsOpenAt   time.Time
	CanAnswer     bool // a request waits for the viewer
	CanConclude   bool // the viewer may say what came of it
	CanNeed       bool // the viewer may change what they need
	Answerable    bool // other hours are offered to the viewer, since the worker cancelled
	Prove         bool // the viewer's number is still to be proved, for SMS
}

func (appointmentPage) Template() string { return "booking/appointment" }
func (appointmentPage) Title() string    { return "Rendez-vous" }

// DisplayMobile is the number to call as people read it.
func (p appointmentPage) DisplayMobile() string { return people.DisplayMobile(p.Mobile) }

// Doors is how long before the hour a call's doors open, and how long after its
// end they close.
const Doors = 15 * time.Minute

// Show is the appointment's page.
func (h *HTTP) Show(w http.ResponseWriter, r *web.Request) error {
	page, err := h.shown(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) shown(r *web.Request, f *form.Form) (appointmentPage, error) {
	a, err := h.appointment(r)
	if err != nil {
		return appointmentPage{}, err
	}
	v, now := r.Viewer, h.bookings.DB.Now()
	details, err := h.bookings.Appointments.Details(r.Context(), v, a)
	page := appointmentPage{Appointment: a, Details: details, Viewer: v, Form: f, CanCancel: a.Cancellable(now), IsPenaltyFree: a.PenaltyFree(now), DoorsOpenAt: a.StartsAt.Add(-Doors)}
	page.Coming = a.Status == appointment.Confirmed && !a.Over(now)
	page.CanEnter = a.Status.Agreed() && a.Mode == slot.Video && !now.Before(page.DoorsOpenAt) && now.Before(a.EndsAt.Add(Doors))
	its := v.ID == a.SocialWorkerID
	if err == nil && page.Coming {
		page.Prove, err = h.bookings.Accounts.Profiles.Unproved(r.Context(), v)
	}
	if err == nil {
		page.Answerable, err = h.bookings.Rebookings.Answerable(r.Context(), v, a)
	}
	page.CanAnswer, page.CanConclude, page.CanNeed = its && a.Status == appointment.Requested, its && a.Concludable(now), !its && page.CanCancel
	return page, err
}
