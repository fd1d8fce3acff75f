package booking

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// confirmPage is the last step before booking: everything once more, with the
// reason (R12).
type confirmPage struct {
	Form      *form.Form
	Worker    SocialWorker
	StartsAt  time.Time
	Mode      Mode
	Reasons   []option
	FreeUntil time.Time
	Late      bool // free cancellation is over already
	Reader    *time.Location
}

func (confirmPage) Template() string { return "booking/confirm" }
func (confirmPage) Title() string    { return "Vérifier et réserver" }

// Confirm shows the last step, or the agenda again when that hour is not free.
func (h *HTTP) Confirm(w http.ResponseWriter, r *http.Request) error {
	f := form.FromValues(r.URL.Query())
	request := decodeHour(f)
	if f.Error("social_worker_id") != "" {
		return errNobody
	}
	if !f.Valid() {
		return h.agendaAgain(r, request, errNotFree)
	}
	page, err := h.confirmPage(r, request, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

var errNobody = fault.New(fault.Invalid, "Choisissez d’abord avec qui vous voulez parler, puis une heure.")

// decodeHour decodes which hour with whom, and how.
func decodeHour(f *form.Form) Request {
	return Request{
		SocialWorkerID: f.ID("social_worker_id", "Choisissez une assistante sociale."),
		StartsAt:       f.Instant("starts_at", "Choisissez une heure parmi les heures libres."),
		Mode:           Mode(f.Choice("mode", values(modeOptions(Modes)), "Choisissez comment parler.")),
	}
}

func (h *HTTP) confirmPage(r *http.Request, request Request, f *form.Form) (confirmPage, error) {
	zone, now := viewer.From(r.Context()).Zone, h.bookings.db.Now()
	worker, err := h.offered(r, request.SocialWorkerID)
	if err != nil {
		return confirmPage{}, err
	}
	if err := h.bookings.allow(r.Context(), viewer.From(r.Context()), request.Mode); err != nil {
		return confirmPage{}, h.refuseHour(r, request, err)
	}
	free, err := h.bookings.FreeSlots(r.Context(), request.SocialWorkerID, Period{request.StartsAt, request.StartsAt.Add(time.Second)})
	if err != nil {
		return confirmPage{}, err
	}
	if len(free) == 0 || !free[0].StartsAt.Equal(request.StartsAt) || !free[0].Offers(request.Mode) {
		return confirmPage{}, h.agendaAgain(r, request, errNotFree)
	}
	freeUntil := request.StartsAt.Add(-FreeCancellation)
	return confirmPage{
		Form: f, Worker: worker, StartsAt: request.StartsAt, Mode: request.Mode, Reasons: reasonOptions(worker.Reasons),
		FreeUntil: freeUntil, Late: freeUntil.Before(now), Reader: zone,
	}, nil
}

// agendaAgain is the fault that shows the agenda as it is now, and why the hour
// that was asked for cannot be had. Somebody who has seen too much of agendas is told
// why alone (R45).
func (h *HTTP) agendaAgain(r *http.Request, request Request, why *fault.Fault) error {
	week := ""
	if !request.StartsAt.IsZero() && request.StartsAt.After(h.bookings.db.Now()) {
		week = weekOf(request.StartsAt.In(viewer.From(r.Context()).Zone)).String()
	}
	page, err := h.slotsPage(r, request.SocialWorkerID, week, request.Mode)
	if err != nil {
		return err
	}
	err = h.lookInto(r, request.SocialWorkerID, page.Week)
	if fault.Is(err, fault.Throttled) {
		return why
	}
	if err != nil {
		return err
	}
	page.Problem = why.Message
	return fault.WithPage(why, page)
}

// Book makes the appointment.
func (h *HTTP) Book(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	request := decodeHour(f)
	if f.Error("social_worker_id") != "" {
		return errNobody
	}
	if !f.Valid() {
		return h.agendaAgain(r, request, errNotFree)
	}
	request.Reason = f.Text("reason", form.Text{Max: 60, Required: "Choisissez de quoi vous voulez parler."})
	request.Note = f.Text("note", form.Text{Max: MaxNote, Lines: true})
	if !f.Valid() {
		return h.confirmAgain(r, request, f)
	}
	id, err := h.bookings.Book(r.Context(), viewer.From(r.Context()), request)
	switch {
	case errors.Is(err, ErrReason):
		f.Fail("reason", ErrReason.Message)
		return h.confirmAgain(r, request, f)
	case err != nil:
		return h.refuseHour(r, request, err)
	}
	web.Flash(w, "booked")
	return web.See(w, r, "/rendez-vous/"+id.String())
}

// refuseHour shows the agenda again where the hour or the mode cannot be had; any
// other error goes up unchanged.
func (h *HTTP) refuseHour(r *http.Request, request Request, err error) error {
	for _, why := range []*fault.Fault{errTaken, errNotFree, errOverlap, errMode, errContract} {
		if errors.Is(err, why) {
			return h.agendaAgain(r, request, why)
		}
	}
	return err
}

func (h *HTTP) confirmAgain(r *http.Request, request Request, f *form.Form) error {
	page, err := h.confirmPage(r, request, f)
	if err != nil {
		return err
	}
	return f.Invalid(page)
}
