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

// target is the appointment of an act, with the addresses of its pages: those of its two
// people, or those of the switchboard.
type target struct {
	appointment.Appointment
	Viewer *viewer.Viewer
	Reader *time.Location // the zone of the viewer, or of the person on whose behalf a switchboard agent acts
	For    string         // that person's name; empty for the appointment's two people
	Untold bool           // no news of the worker's or the switchboard's act reaches the beneficiary
	Path   string         // the prefix of the addresses of the acts
	Back   string         // the address of the page before
	After  string         // the address of the page after the act
}

// Worker reports whether the viewer is the appointment's worker.
func (p target) Worker() bool { return p.Viewer.ID == p.SocialWorkerID }

// target reads the appointment that the path names, for an act of the viewer.
func (h *HTTP) target(r *web.Request) (target, error) {
	id, err := r.PathID("id")
	if err != nil {
		return target{}, err
	}
	v := r.Viewer
	a, err := h.bookings.Appointments.ActedOn(r.Context(), v, id)
	if err != nil {
		return target{}, err
	}
	path := "/rendez-vous/" + id.String()
	own := target{Appointment: a, Viewer: v, Reader: v.Zone, Path: path, Back: path, After: path}
	if v.Role != viewer.Switchboard {
		if own.Worker() {
			own.Untold, err = h.bookings.Appointments.Untold(r.Context(), a.BeneficiaryID)
		}
		return own, err
	}
	person, err := h.bookings.Appointments.BookableFor(r.Context(), v, a.BeneficiaryID)
	back := appointment.OnBehalfOf(v, person).Base
	return target{Appointment: a, Viewer: v, Reader: person.Zone, For: person.Name(), Untold: !person.Reachable(), Path: "/standard" + path, Back: back, After: back}, err
}

// errMovedMeanwhile says that the appointment was moved after the submitted page was shown.
var errMovedMeanwhile = fault.New(fault.Conflict, "Ce rendez-vous a été déplacé depuis que vous avez ouvert cette page. Voici l’heure prévue maintenant.")

// movePage says whether moving is late, and shows the slots to which the viewer can move.
type movePage struct {
	target
	Form          *form.Form
	IsPenaltyFree bool // moving is penalty-free now
	Asked         bool // the moved appointment will be a request
	Hours         slotTable
	Problem       string

	available []slot.Slot // of every week
}

func (movePage) Template() string { return "booking/move" }
func (p movePage) Title() string {
	return "Déplacer le rendez-vous du " + web.DayHour(p.StartsAt.In(p.Reader))
}

func (h *HTTP) movePage(r *web.Request, f *form.Form) (movePage, error) {
	a, err := h.target(r)
	if err != nil {
		return movePage{}, err
	}
	now := h.bookings.DB.Now()
	if !a.Cancellable(now) {
		return movePage{}, errNotMovable
	}
	available, asks, err := h.bookings.AvailableToMove(r.Context(), a.Viewer, a.Appointment)
	if errors.Is(err, worker.ErrNotOffered) {
		return movePage{}, errNoSlotsToMoveTo
	}
	if err != nil {
		return movePage{}, err
	}
	worker, err := h.bookings.Workers.SocialWorker(r.Context(), a.SocialWorkerID)
	week := slot.WeekOf(a.StartsAt.In(a.Reader)).String()
	return movePage{
		target: a, Form: f, IsPenaltyFree: a.PenaltyFree(now), Asked: asks, available: available,
		Hours: newSlotTable(r, week, available, worker, a.Mode, a.Reader, now),
	}, err
}

// moveCheckPage is the last step: both hours, and what moving means.
type moveCheckPage struct {
	movePage
	To   time.Time
	Week slot.Week // of the chosen slot
	Soon bool      // from the new hour on, cancelling and moving would be late at once
}

func (moveCheckPage) Template() string { return "booking/move_check" }
func (p moveCheckPage) Title() string {
	return "Déplacer le rendez-vous au " + web.DayHour(p.To.In(p.Reader))
}

var errNoSlotsToMoveTo = fault.New(fault.Conflict, "Cette assistante sociale ne propose plus d’heures pour le moment. Le rendez-vous reste prévu comme il est.")

// MovePage shows the slots, or the last step for the slot that the address names.
func (h *HTTP) MovePage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.movePage(r, form.New(nil))
	if err != nil {
		return err
	}
	if err := h.countMoveView(r, page); err != nil {
		return err
	}
	if chosen := form.FromValues(r.URL.Query()); chosen.Sent("starts_at") {
		return h.showMoveCheck(w, r, page, chosen)
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) showMoveCheck(w http.ResponseWriter, r *web.Request, page movePage, chosen *form.Form) error {
	to := chosen.Instant("starts_at", "Choisissez une heure parmi les heures libres.")
	switch {
	case to.Equal(page.StartsAt):
		return appointment.ShowAgain(errSameHour, h.currentMovePage(r, page.Form))
	case slot.ModesAt(page.available, to) == nil:
		return appointment.ShowAgain(appointment.ErrUnavailable, h.currentMovePage(r, page.Form))
	}
	return h.Render.Render(w, r, http.StatusOK, moveCheckPage{
		movePage: page, To: to, Week: slot.WeekOf(to.In(page.Reader)), Soon: h.bookings.DB.Now().After(to.Add(-appointment.PenaltyFreeBefore)),
	})
}

// Move moves the appointment to the chosen slot.
func (h *HTTP) Move(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.movePage(r, f)
	if err != nil {
		return err
	}
	startsAt := f.Instant("starts_at", "Choisissez une heure parmi les heures libres.")
	if !f.Valid() {
		return appointment.ShowAgain(appointment.ErrUnavailable, func(string) (any, error) {
			return page, h.countMoveView(r, page)
		})
	}
	switch unchanged := startsAt.Equal(page.StartsAt); {
	case !unchanged && page.Elsewhere(f):
		return appointment.ShowAgain(errMovedMeanwhile, h.currentMovePage(r, f))
	case unchanged && page.SawIt(f):
		return appointment.ShowAgain(errSameHour, h.currentMovePage(r, f))
	}
	move := h.bookings.Move
	if shownPenaltyFree(f) {
		move = h.bookings.MovePenaltyFree
	}
	if err := move(r.Context(), page.Viewer, page.ID, startsAt); err != nil {
		return appointment.Refuse(err, h.currentMovePage(r, f), moveRefusals...)
	}
	return web.Done(w, r, appointment.Told("moved", page.Untold), page.After)
}

// moveRefusals are the refusals after which another slot may be possible.
var moveRefusals = append([]*fault.Fault{errMovedMeanwhile, errLimitPassed, errSameHour, appointment.ErrContract, appointment.ErrUsedUp}, slotRefusals...)

// currentMovePage is the page with the slots that are available now, and the reason of a
// refusal.
func (h *HTTP) currentMovePage(r *web.Request, f *form.Form) appointment.Page {
	return func(problem string) (any, error) {
		page, err := h.movePage(r, f)
		if err != nil {
			return nil, err
		}
		page.Problem = problem
		return page, h.countMoveView(r, page)
	}
}

// countMoveView counts the shown week as a view, if the viewer is a beneficiary (R45).
func (h *HTTP) countMoveView(r *web.Request, page movePage) error {
	if page.Viewer.Role != viewer.Beneficiary {
		return nil
	}
	return h.Views.PageOfWeek(r, page.SocialWorkerID, page.Hours.Week)
}

// ByPhone changes the mode of the appointment to phone (R16).
func (h *HTTP) ByPhone(w http.ResponseWriter, r *web.Request) error {
	a, err := h.target(r)
	if err != nil {
		return err
	}
	if err := h.bookings.Phone(r.Context(), a.Viewer, a.ID); err != nil {
		return err
	}
	return web.Done(w, r, appointment.Told("by-phone", a.Untold), a.After)
}
