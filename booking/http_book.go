package booking

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/reason"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// confirmPage is the last step before booking: a summary, with the form for the reason and
// the note (R12).
type confirmPage struct {
	appointment.OnBehalf
	appointment.Allowance
	Margin           appointment.Margin
	Form             *form.Form
	Worker           worker.SocialWorker
	StartsAt         time.Time
	Mode             slot.Mode
	Modes            []form.Option // the modes in which the slot can be booked
	Place            *worker.Place // the meeting place, in person
	Reasons          []form.Option
	Untaken          string // the need that was chosen before, if this worker does not take it
	PenaltyFreeUntil time.Time
	Late             bool // cancelling would be late already
	Reader           *time.Location
	AnswerBy         time.Time // if it will be a request, until when it occupies the slot; else zero
	Elsewhere        string    // the address at which another slot is chosen
}

func (confirmPage) Template() string { return "booking/confirm" }
func (p confirmPage) Title() string {
	return "Vérifier et réserver, " + web.DayHour(p.StartsAt.In(p.Reader))
}

// MarginNote says how much more the person may book, this appointment included.
func (p confirmPage) MarginNote() marginNote { return marginNote{p.Margin, p.Reader, true} }

// ByPhone reports whether the slot can be booked by phone.
func (p confirmPage) ByPhone() bool { return slices.Contains(form.Values(p.Modes), string(slot.Phone)) }

// marginNote is a margin in words. This reports that the person is about to use one of it.
type marginNote struct {
	Margin appointment.Margin
	Reader *time.Location
	This   bool
}

// ConfirmPage shows the last step for a slot that the address names. It takes nothing else
// from the address: a need never stands in one.
func (h *HTTP) ConfirmPage(w http.ResponseWriter, r *web.Request) error {
	named := url.Values{}
	for _, name := range []string{"social_worker_id", "starts_at", "mode", "anybody"} {
		if value := r.URL.Query().Get(name); value != "" {
			named.Set(name, value)
		}
	}
	return h.Confirm(w, r, form.FromValues(named))
}

// Confirm shows the last step, or the agenda if the slot is not available. Values that were
// typed before are posted, so that no address contains them.
func (h *HTTP) Confirm(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	e, err := h.bookings.Appointments.OnBehalf(r)
	if err != nil {
		return err
	}
	request := decodeSlot(f)
	decodeTyped(f, &request)
	if f.Error("social_worker_id") != "" {
		return errNobody
	}
	if slotMissing(f) {
		return appointment.ShowAgain(appointment.ErrUnavailable, h.currentAgenda(r, e, request))
	}
	typed := form.New(nil)
	chosen, err := h.Searches.Chosen(r, e)
	if err != nil {
		return err
	}
	preselect(typed, request, chosen)
	same, found, err := appointment.ReadSame(r.Context(), h.bookings.DB.Pool, e.PersonID, request, h.bookings.DB.Now())
	if err != nil {
		return err
	}
	if found {
		return web.See(w, r, e.After(r.Viewer, same.ID))
	}
	page, err := h.confirmPage(r, e, request, typed)
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// preselect fills in what was typed before, or else the session's choice.
func preselect(f *form.Form, request appointment.Request, chosen search.Choice) {
	f.Set("reason", chosen.Reason)
	f.Set("mode", string(request.Mode))
	for _, field := range appointment.HiddenFields(request) {
		f.Set(field.Name, field.Value)
	}
}

var errNobody = fault.New(fault.Invalid, "Choisissez d’abord avec qui vous voulez parler, puis une heure.")

// decodeSlot decodes the chosen slot: worker, start and mode.
func decodeSlot(f *form.Form) appointment.Request {
	return appointment.Request{
		SocialWorkerID: f.ID("social_worker_id", "Choisissez une assistante sociale."),
		StartsAt:       f.Instant("starts_at", "Choisissez une heure parmi les heures libres."),
		Mode:           slot.Mode(f.Choice("mode", form.Values(slot.ModeOptions(slot.Modes)), "Choisissez comment parler.")),
	}
}

func slotMissing(f *form.Form) bool { return f.Error("starts_at") != "" || f.Error("mode") != "" }

// decodeTyped decodes what the person typed: reason, note and needs.
func decodeTyped(f *form.Form, r *appointment.Request) {
	r.Reason = f.Text("reason", form.Text{Max: 60, Required: "Choisissez de quoi vous voulez parler."})
	r.Note = f.Text("note", form.Text{Max: appointment.MaxNote, Lines: true})
	r.Needs = decodeNeeds(f)
	r.Anybody, r.Voicemail = f.Ticked("anybody"), f.Ticked("voicemail")
}

func (h *HTTP) confirmPage(r *web.Request, e appointment.OnBehalf, request appointment.Request, f *form.Form) (confirmPage, error) {
	v, now := r.Viewer, h.bookings.DB.Now()
	sheet, err := h.offeredTo(r.Context(), e.PersonID, request.SocialWorkerID)
	if err != nil {
		return confirmPage{}, err
	}
	if err := h.bookings.Appointments.Allow(r.Context(), e.PersonID, request.Mode); err != nil {
		return confirmPage{}, h.refuse(r, e, request, err)
	}
	allowance, err := h.bookings.Appointments.Allowance(r.Context(), e.PersonID, request)
	if err == nil && allowance.Limited && allowance.Left == 0 {
		err = h.refuse(r, e, request, appointment.ErrUsedUp)
	}
	if err != nil {
		return confirmPage{}, err
	}
	margin, err := h.bookings.Appointments.Margin(r.Context(), e.PersonID)
	if err == nil && e.Base == "" {
		err = margin.Refused(now)
	}
	if err != nil {
		return confirmPage{}, h.refuse(r, e, request, err)
	}
	available, err := h.bookings.Agendas.AvailableSlots(r.Context(), request.SocialWorkerID, slot.Period{From: request.StartsAt, To: request.StartsAt.Add(time.Second)})
	if err != nil {
		return confirmPage{}, err
	}
	if len(available) == 0 || !available[0].StartsAt.Equal(request.StartsAt) || !available[0].Offers(request.Mode) {
		return confirmPage{}, appointment.ShowAgain(unavailable(request), h.currentAgenda(r, e, request))
	}
	penaltyFreeUntil := request.StartsAt.Add(-appointment.PenaltyFreeBefore)
	page := confirmPage{
		OnBehalf: e, Allowance: allowance, Margin: margin, Form: f, Worker: sheet, StartsAt: request.StartsAt, Mode: request.Mode, Modes: slot.ModeOptions(modesOf(sheet, available[0])),
		PenaltyFreeUntil: penaltyFreeUntil, Late: penaltyFreeUntil.Before(now), Reader: e.Zone, Elsewhere: e.Hours(v, sheet.ID) + "?mode=" + string(request.Mode),
	}
	if slices.Contains(form.Values(page.Modes), string(slot.InPerson)) {
		page.Place = worker.PlaceIn(sheet.Places, available[0].Place)
	}
	reasons, err := reason.Read(r.Context(), h.bookings.DB.Pool)
	if err != nil {
		return page, err
	}
	page.offer(reasons, request.Anybody)
	marked, err := h.bookings.Appointments.Marked(r.Context(), v, sheet.ID, e.PersonID)
	if err != nil || marked.IsZero() || v.ID == sheet.ID {
		return page, err
	}
	if page.AnswerBy = appointment.AnswerBy(request.StartsAt, now); !page.AnswerBy.After(now) {
		return page, appointment.ShowAgain(errTooSoon, h.currentAgenda(r, e, request))
	}
	return page, nil
}

// modesOf returns the modes in which the person can book the slot.
func modesOf(sheet worker.SocialWorker, s slot.Slot) []slot.Mode {
	return slices.DeleteFunc(slices.Clone(sheet.Modes), func(m slot.Mode) bool { return !s.Offers(m) })
}

// offer lists the needs to choose from: the worker's, or all of them for a person who accepts
// any worker, because another one may take it.
func (p *confirmPage) offer(all []reason.Reason, anybody bool) {
	p.Reasons = reason.Options(p.Worker.Reasons)
	if anybody && p.Base == "" {
		p.Reasons = reason.Options(all)
		return
	}
	for _, one := range all {
		if p.Form.Is("reason", one.Slug) && !slices.Contains(p.Worker.Reasons, one) {
			p.Untaken = one.Label
		}
	}
}

// unavailable is the fault for a slot that cannot be booked. A slot that was just proposed
// was booked by somebody else meanwhile.
func unavailable(r appointment.Request) *fault.Fault {
	if r.Anybody {
		return agenda.ErrBooked
	}
	return appointment.ErrUnavailable
}

// offeredTo returns a worker's sheet with the modes that the person's contract includes. It
// fails with ErrNoCommonMode if there are none.
func (h *HTTP) offeredTo(ctx context.Context, person, id uuid.UUID) (worker.SocialWorker, error) {
	sheet, err := h.bookings.Workers.SocialWorker(ctx, id)
	if err != nil {
		return worker.SocialWorker{}, err
	}
	allowed, err := h.bookings.Appointments.ModesOf(ctx, person)
	if err != nil {
		return worker.SocialWorker{}, err
	}
	sheet, ok := sheet.Within(allowed)
	if !ok {
		return worker.SocialWorker{}, appointment.ErrNoCommonMode
	}
	return sheet, nil
}

// currentAgenda is the agenda in its current state, with the reason of a refusal. It keeps
// what was typed for the next choice.
func (h *HTTP) currentAgenda(r *web.Request, e appointment.OnBehalf, request appointment.Request) appointment.Page {
	return func(problem string) (any, error) {
		switch {
		case e.Base != "":
			page, err := h.onBehalfPage(r, e, request)
			page.Problem = problem
			return page, err
		case request.Anybody:
			return h.Searches.CurrentSoonest(r, request, problem)
		}
		week := ""
		if !request.StartsAt.IsZero() && request.StartsAt.After(h.bookings.DB.Now()) {
			week = slot.WeekOf(request.StartsAt.In(e.Zone)).String()
		}
		page, err := h.slotsPage(r, request.SocialWorkerID, agendaQuery{week: week}, request.Mode)
		if err != nil {
			return nil, err
		}
		page.Problem, page.Kept = problem, appointment.HiddenFields(request)
		return page, h.countViews(r, page)
	}
}

// Book books the appointment.
func (h *HTTP) Book(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	e, err := h.bookings.Appointments.TellingOnBehalf(r)
	if err != nil {
		return err
	}
	v, request := r.Viewer, decodeSlot(f)
	decodeTyped(f, &request)
	switch {
	case f.Error("social_worker_id") != "":
		return errNobody
	case slotMissing(f):
		return appointment.ShowAgain(appointment.ErrUnavailable, h.currentAgenda(r, e, request))
	case !f.Valid():
		return f.ShowAgain(h.confirmPage(r, e, request, f))
	}
	if e.Base != "" {
		request.For = e.PersonID
	}
	booked, err := h.bookings.Place(r.Context(), v, request)
	switch {
	case errors.Is(err, errUntaken) && request.Anybody && e.Base == "":
		return appointment.ShowAgain(errTakenByOthers, h.currentAgenda(r, e, request))
	case errors.Is(err, errReason), errors.Is(err, errUntaken):
		f.Fail("reason", fault.From(err).Message)
		return f.ShowAgain(h.confirmPage(r, e, request, f))
	case err != nil:
		return h.refuse(r, e, request, err)
	}
	return web.Done(w, r, bookedFlash(e, booked), e.After(v, booked.ID))
}

// errTakenByOthers says, above the slots of those who do, that a worker does not take a need.
var errTakenByOthers = fault.New(fault.Invalid, "Cette personne ne s’occupe pas de ce motif. Voici les premières heures libres avec quelqu’un qui s’en occupe.")

// bookedFlash names the message after a booking, which promises no mail that nobody gets.
func bookedFlash(e appointment.OnBehalf, b appointment.Booked) string {
	switch {
	case e.Base == "" && e.Untold:
		return "booked-untold"
	case b.Status == appointment.Requested:
		return appointment.Told("requested", e.Untold)
	case e.Base != "":
		return appointment.Told("booked-for", e.Untold)
	}
	return "booked"
}

// slotRefusals are the refusals after which another slot or mode may be possible.
var slotRefusals = []*fault.Fault{agenda.ErrBooked, agenda.ErrClosed, appointment.ErrUnavailable, errOverlap, errBusy, appointment.ErrMode, errTooSoon}

// refuse shows the agenda again if another slot or mode may be possible. Otherwise it shows
// the reason and what was typed. Any other error is returned unchanged.
func (h *HTTP) refuse(r *web.Request, e appointment.OnBehalf, request appointment.Request, err error) error {
	if slices.ContainsFunc(slotRefusals, func(why *fault.Fault) bool { return errors.Is(err, why) }) {
		return appointment.Refuse(err, h.currentAgenda(r, e, request), slotRefusals...)
	}
	if errors.Is(err, worker.ErrNotOffered) {
		if _, missing := h.bookings.Workers.SocialWorker(r.Context(), request.SocialWorkerID); missing == nil {
			err = errNotOfferedNow
		}
	}
	refused := refusedPage{OnBehalf: e, Typed: appointment.HiddenFields(request), Bound: appointment.BoundOf(err) != nil}
	return appointment.Refuse(err, refused.withProblem, appointment.ErrContract, appointment.ErrUsedUp, errNotOfferedNow)
}

// errNotOfferedNow says that the worker can no longer be booked.
var errNotOfferedNow = fault.New(fault.Conflict, "Cette personne ne prend plus de rendez-vous pour le moment. Choisissez quelqu’un d’autre.")

// refusedPage says why the appointment cannot be booked, and shows what was typed.
type refusedPage struct {
	appointment.OnBehalf
	Problem string
	Typed   []appointment.HiddenField
	Bound   bool // a bound is reached: for now the person can book nobody else either
}

func (refusedPage) Template() string { return "booking/refused" }
func (refusedPage) Title() string    { return "Ce rendez-vous n’est pas possible" }

// withProblem is the page with the reason of a refusal.
func (p refusedPage) withProblem(problem string) (any, error) {
	p.Problem = problem
	return p, nil
}

// Words is what the person wrote, so that they can copy it.
func (p refusedPage) Words() string {
	words := ""
	for _, field := range p.Typed {
		if field.Written() {
			words += field.Value + "\n"
		}
	}
	return words
}
