package booking

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// handled is an appointment that the viewer acts upon, with where its pages are:
// its people's, or the switchboard's.
type handled struct {
	appointment.Appointment
	Viewer *viewer.Viewer
	Reader *time.Location // the viewer's, or that of the person for whom an operator acts
	For    string         // that person's name; empty for the appointment's people
	Path   string         // of the acts
	Back   string         // where they came from
	After  string         // where they lead
}

// Worker reports whether the viewer is the appointment's worker.
func (p handled) Worker() bool { return p.Viewer.ID == p.SocialWorkerID }

func (h *HTTP) handled(r *web.Request) (handled, error) {
	id, err := r.PathID("id")
	if err != nil {
		return handled{}, err
	}
	v := r.Viewer
	a, err := h.bookings.Appointments.ActedOn(r.Context(), v, id)
	if err != nil {
		return handled{}, err
	}
	path := "/rendez-vous/" + id.String()
	own := handled{Appointment: a, Viewer: v, Reader: v.Zone, Path: path, Back: path, After: path}
	if v.Role != viewer.Switchboard {
		return own, nil
	}
	person, err := h.bookings.Appointments.BookableFor(r.Context(), v, a.BeneficiaryID)
	back := appointment.OnBehalfOf(v, person).Base
	return handled{Appointment: a, Viewer: v, Reader: person.Zone, For: person.Name(), Path: "/standard" + path, Back: back, After: back}, err
}

// errMovedMeanwhile says that the appointment is at another hour than the page that was
// sent showed.
var errMovedMeanwhile = fault.New(fault.Conflict, "Ce rendez-vous a été déplacé depuis que vous avez ouvert cette page. Voici l’heure prévue maintenant.")

// movePage tells the consequence of moving, and shows the hours to move to.
type movePage struct {
	handled
	Form          *form.Form
	IsPenaltyFree bool // moving is free now
	Asked         bool // the new hour will be a request
	Hours         slotTable
	Problem       string
}

func (movePage) Template() string { return "booking/move" }
func (movePage) Title() string    { return "Déplacer le rendez-vous" }

func (h *HTTP) movePage(r *web.Request, f *form.Form) (movePage, error) {
	a, err := h.handled(r)
	if err != nil {
		return movePage{}, err
	}
	now := h.bookings.DB.Now()
	if !a.Cancellable(now) {
		return movePage{}, errNotMovable
	}
	free, asks, err := h.bookings.AvailableToMove(r.Context(), a.Viewer, a.Appointment)
	if errors.Is(err, worker.ErrNotOffered) {
		return movePage{}, errMoveNowhere
	}
	if err != nil {
		return movePage{}, err
	}
	worker, err := h.bookings.Workers.SocialWorker(r.Context(), a.SocialWorkerID)
	week := slot.WeekOf(a.StartsAt.In(a.Reader)).String()
	return movePage{handled: a, Form: f, IsPenaltyFree: a.PenaltyFree(now), Asked: asks, Hours: hoursOf(r, week, free, worker, a.Mode, a.Reader, now)}, err
}

var errMoveNowhere = fault.New(fault.Conflict, "Cette assistante sociale ne propose plus d’heures pour le moment. Le rendez-vous reste prévu comme il est.")

// MovePage shows it.
func (h *HTTP) MovePage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.movePage(r, form.New(nil))
	if err != nil {
		return err
	}
	if err := h.lookAsBeneficiary(r, page); err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// Move moves.
func (h *HTTP) Move(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.movePage(r, f)
	if err != nil {
		return err
	}
	startsAt := f.Instant("starts_at", "Choisissez une heure parmi les heures libres.")
	if !f.Valid() {
		return appointment.ShowAgain(appointment.ErrUnavailable, func(string) (any, error) {
			return page, h.lookAsBeneficiary(r, page)
		})
	}
	switch there := startsAt.Equal(page.StartsAt); {
	case !there && page.Elsewhere(f):
		return appointment.ShowAgain(errMovedMeanwhile, h.moveAgain(r, f))
	case there && page.SawIt(f):
		return appointment.ShowAgain(errSameHour, h.moveAgain(r, f))
	}
	move := h.bookings.Move
	if shownPenaltyFree(f) {
		move = h.bookings.MovePenaltyFree
	}
	if err := move(r.Context(), page.Viewer, page.ID, startsAt); err != nil {
		return appointment.Refuse(err, h.moveAgain(r, f), moveRefusals...)
	}
	return web.Done(w, r, "moved", page.After)
}

// moveRefusals are those for which another hour may do.
var moveRefusals = append([]*fault.Fault{errMovedMeanwhile, errLimitPassed, errSameHour, appointment.ErrContract, appointment.ErrUsedUp}, slotRefusals...)

// moveAgain is the hours to move to as they are now.
func (h *HTTP) moveAgain(r *web.Request, f *form.Form) appointment.Page {
	return func(problem string) (any, error) {
		page, err := h.movePage(r, f)
		if err != nil {
			return nil, err
		}
		page.Problem = problem
		return page, h.lookAsBeneficiary(r, page)
	}
}

func (h *HTTP) lookAsBeneficiary(r *web.Request, page movePage) error {
	if page.Viewer.Role != viewer.Beneficiary {
		return nil
	}
	return h.Views.PageOfWeek(r, page.SocialWorkerID, page.Hours.Week)
}

// ByPhone turns the appointment into a call.
func (h *HTTP) ByPhone(w http.ResponseWriter, r *web.Request) error {
	a, err := h.handled(r)
	if err != nil {
		return err
	}
	if err := h.bookings.Phone(r.Context(), a.Viewer, a.ID); err != nil {
		return err
	}
	return web.Done(w, r, "by-phone", a.After)
}
