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
	Margin *appointment.Margin // how much more a beneficiary may book; nil for others
}

func (appointmentsPage) Template() string { return "booking/appointments" }
func (appointmentsPage) Title() string    { return "Mes rendez-vous" }

// appointmentLine is one line of the list.
type appointmentLine struct {
	appointment.Appointment
	Viewer *viewer.Viewer
	Coming bool
	Now    time.Time
}

// Ahead is the line of an upcoming appointment.
func (p appointmentsPage) Ahead(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, true, p.Now}
}

// Behind is the line of an appointment that is over or cancelled.
func (p appointmentsPage) Behind(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, false, p.Now}
}

// MarginNote says how much more a beneficiary may book; nil for others.
func (p appointmentsPage) MarginNote() *marginNote {
	if p.Margin == nil {
		return nil
	}
	return &marginNote{*p.Margin, p.Viewer.Zone, false}
}

// Appointments lists past and upcoming appointments (R17).
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

// appointmentPage is one appointment with the acts that its viewer may do.
type appointmentPage struct {
	appointment.Appointment
	appointment.Details
	Viewer        *viewer.Viewer
	Form          *form.Form // of the worker's answers
	CanCancel     bool
	IsPenaltyFree bool // cancelling is penalty-free now
	CanEnter      bool // the call is open
	Coming        bool
	DoorsOpenAt   time.Time
	CanAnswer     bool // the viewer may answer the request
	CanConclude   bool // the viewer may record the outcome
	CanNeed       bool // the viewer may change their needs
	Answerable    bool // other slots are offered to the viewer, because the worker cancelled
	Prove         bool // the viewer has not proved their mobile number yet, for SMS
}

func (appointmentPage) Template() string { return "booking/appointment" }
func (appointmentPage) Title() string    { return "Rendez-vous" }

// DisplayMobile is the number to call, formatted for reading.
func (p appointmentPage) DisplayMobile() string { return people.DisplayMobile(p.Mobile) }

// Doors is how long before the start of the appointment its call opens, and how long after
// the end it closes.
const Doors = 15 * time.Minute

// Show shows the appointment's page.
func (h *HTTP) Show(w http.ResponseWriter, r *web.Request) error {
	page, err := h.appointmentPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) appointmentPage(r *web.Request, f *form.Form) (appointmentPage, error) {
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
