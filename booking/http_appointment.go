package booking

import (
	"net/http"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

type appointmentsPage struct {
	Coming []appointment.Appointment
	Past   []appointment.Appointment
	Viewer *viewer.Viewer
	Now    time.Time
	Margin *appointment.Margin // how much more a beneficiary may book; nil for others
	Again  map[uuid.UUID]bool  // past appointments beside which the viewer can book with the same worker again
}

func (appointmentsPage) Template() string { return "booking/appointments" }
func (appointmentsPage) Title() string    { return "Mes rendez-vous" }

// appointmentLine is one line of the list.
type appointmentLine struct {
	appointment.Appointment
	Viewer *viewer.Viewer
	Coming bool
	Again  bool // leads to the worker's sheet
	Now    time.Time
}

// CanEnter reports whether the call is open.
func (l appointmentLine) CanEnter() bool { return canEnter(l.Appointment, l.Now) }

// Ahead is the line of an upcoming appointment.
func (p appointmentsPage) Ahead(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, true, false, p.Now}
}

// Behind is the line of an appointment that is over or cancelled.
func (p appointmentsPage) Behind(a appointment.Appointment) appointmentLine {
	return appointmentLine{a, p.Viewer, false, p.Again[a.ID], p.Now}
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
		if page.Again, err = h.bookings.latestAgain(r.Context(), v.ID, past); err != nil {
			return err
		}
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
	CanAnswer     bool              // the viewer may answer the request
	CanConclude   bool              // the viewer may record the outcome
	CanNeed       bool              // the viewer may change their needs
	Answerable    bool              // other slots are offered to the viewer, because the worker cancelled
	Prove         bool              // the viewer has not proved their mobile number yet, for SMS
	Again         bool              // it is over, and the viewer can book with the same worker again
	Search        interpreter.State // for the interpreter who was asked for; empty for none
	Phone         web.Phone         // the switchboard's
	CanTry        bool              // the viewer may record a call that was not answered
	CanMiss       bool              // the viewer has waited long enough to book again instead, if the worker has not come
}

func (appointmentPage) Template() string { return "booking/appointment" }
func (p appointmentPage) Title() string {
	return "Rendez-vous du " + web.DayHour(p.StartsAt.In(p.Viewer.Zone))
}

// DisplayMobile is the number to call, formatted for reading.
func (p appointmentPage) DisplayMobile() string { return people.DisplayMobile(p.Mobile) }

// Theirs reports whether the viewer is the person of the appointment.
func (p appointmentPage) Theirs() bool { return p.Viewer.ID == p.BeneficiaryID }

// TriedAt lists the hours of the calls that were not answered.
func (p appointmentPage) TriedAt() string {
	hours := make([]string, len(p.Tries))
	for i, at := range p.Tries {
		hours[i] = web.Hour(at.In(p.Viewer.Zone))
	}
	return strings.Join(hours, ", ")
}

// DisplayShown is the number that the person sees when the worker calls; empty for none.
func (p appointmentPage) DisplayShown() string { return people.DisplayMobile(p.ShownNumber) }

// canEnter reports whether the call of the appointment is open at now.
func canEnter(a appointment.Appointment, now time.Time) bool {
	return a.Status.Agreed() && a.Mode == slot.Video && !now.Before(a.StartsAt.Add(-appointment.Doors)) && now.Before(a.EndsAt.Add(appointment.Doors))
}

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
	page := appointmentPage{Appointment: a, Details: details, Viewer: v, Form: f, Phone: h.Render.Phone(), CanCancel: a.Cancellable(now), IsPenaltyFree: a.PenaltyFree(now), DoorsOpenAt: a.StartsAt.Add(-appointment.Doors)}
	page.Coming = a.Status == appointment.Confirmed && !a.Over(now)
	page.CanEnter = canEnter(a, now)
	its := v.ID == a.SocialWorkerID
	page.CanTry = its && a.Callable(now) && !a.TriedOut()
	page.CanMiss = !its && a.Mode == slot.Video && missable(a, now)
	if err == nil {
		page.Search, err = h.bookings.Interpreters.Of(r.Context(), a)
	}
	if err == nil && page.Coming {
		page.Prove, err = h.bookings.Accounts.Profiles.Unproved(r.Context(), v)
	}
	if err == nil {
		page.Answerable, err = h.bookings.Rebookings.Answerable(r.Context(), v, a)
	}
	if err == nil && !its && (!a.Talkable(now) || a.TriedOut()) {
		page.Again, err = h.bookings.bookableAgain(r.Context(), v.ID, a.SocialWorkerID)
	}
	page.CanAnswer, page.CanConclude, page.CanNeed = its && a.Status == appointment.Requested, its && a.Concludable(now), !its && page.CanCancel
	return page, err
}
