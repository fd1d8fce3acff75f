package booking

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"socialdirect/account"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// errand is for whom a booking's pages work: the viewer, or somebody for whom an
// operator or a worker acts. The pages are the same, at other addresses.
type errand struct {
	PersonID uuid.UUID
	For      string // the person's name; empty for oneself
	Zone     *time.Location
	base     string // of the person's pages; empty for oneself
}

// errandOf is the errand that the address names.
func (h *HTTP) errandOf(r *http.Request) (errand, error) {
	v := viewer.From(r.Context())
	if v.Role == viewer.Beneficiary {
		return oneself(v), nil
	}
	id, err := form.PathID(r, "id")
	if err != nil {
		return errand{}, err
	}
	person, err := h.bookings.Somebody(r.Context(), v, id)
	return errandFor(v, person), err
}

func oneself(v *viewer.Viewer) errand { return errand{PersonID: v.ID, Zone: v.Zone} }

func errandFor(v *viewer.Viewer, person account.Person) errand {
	base := "/beneficiaires/" + person.ID.String()
	if v.Role == viewer.Switchboard {
		base = "/standard" + base
	}
	return errand{PersonID: person.ID, For: person.Name(), Zone: person.Zone, base: base}
}

// Booking is where the hour is booked.
func (e errand) Booking() string { return e.base + "/rendez-vous" }

// Confirming is the last step before it.
func (e errand) Confirming() string { return e.base + "/rendez-vous/nouveau" }

// Hours is where another hour with the worker is chosen.
func (e errand) Hours(v *viewer.Viewer, worker uuid.UUID) string {
	if v.Role == viewer.SocialWorker {
		return e.Booking()
	}
	return e.base + "/assistants/" + worker.String()
}

// Others is where somebody else is chosen.
func (e errand) Others() string {
	if e.base == "" {
		return "/assistants"
	}
	return e.base
}

// after is where a booking leads: oneself and workers to its page, an operator back
// to the person.
func (e errand) after(v *viewer.Viewer, id uuid.UUID) string {
	if v.Role == viewer.Switchboard {
		return e.base
	}
	return "/rendez-vous/" + id.String()
}

// freeHours are a worker's free hours in a week, of which one is chosen.
type freeHours struct {
	Week     slot.Week
	Days     []slotDay
	Previous string // the address of the week before; empty when it is past
	Next     string
	First    string // of the first week with a free hour, when this one has none
	Empty    bool
	Places   []Place // where they take one, in person
	Reader   *time.Location
}

// hoursOf lays a worker's free hours of a week out: of the one that the address asks
// for, or else usual, or else the first that has any. Weeks are turned at that
// address, whose query is kept.
func hoursOf(r *http.Request, usual string, free []slot.Slot, worker SocialWorker, mode slot.Mode, reader *time.Location, now time.Time) freeHours {
	grid := slotsPage{Worker: worker, Mode: mode, Reader: reader}
	grid.fill(cmp.Or(r.URL.Query().Get("week"), usual), free, now)
	turned := func(week string) string {
		if week == "" {
			return ""
		}
		query := r.URL.Query()
		query.Set("week", week)
		return r.URL.Path + "?" + query.Encode()
	}
	return freeHours{
		Week: grid.Week, Days: grid.Days, Previous: turned(grid.Previous), Next: turned(grid.Next), First: turned(grid.First),
		Empty: grid.Empty(), Places: grid.Places(), Reader: reader,
	}
}

// FreeFor are FreeSlots that the person may have in that mode: while they are
// marked, an hour so near that nobody could answer is none.
func (s *Service) FreeFor(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID, mode slot.Mode) ([]slot.Slot, error) {
	marked, err := s.Marked(ctx, v, worker, person)
	if err != nil {
		return nil, err
	}
	now := s.db.Now()
	free, err := s.FreeSlots(ctx, worker, slot.Period{From: now, To: now.Add(slot.Horizon)})
	return fitting(free, mode, !marked.IsZero() && v.ID != worker, now), err
}

// fitting are the slots in that mode; of those that are asked for, the ones that
// somebody can still answer.
func fitting(free []slot.Slot, mode slot.Mode, asks bool, now time.Time) []slot.Slot {
	return slices.DeleteFunc(free, func(slot slot.Slot) bool {
		return !slot.Offers(mode) || asks && !answerBy(slot.StartsAt, now).After(now)
	})
}

// FreeToMove are the slots to which the viewer may move an appointment: its own
// hour does not stand in the way of the others.
func (s *Service) FreeToMove(ctx context.Context, v *viewer.Viewer, a Appointment) (free []slot.Slot, asks bool, err error) {
	marked, err := s.Marked(ctx, v, a.SocialWorkerID, a.BeneficiaryID)
	if err != nil {
		return nil, false, err
	}
	now := s.db.Now()
	asks = v.ID != a.SocialWorkerID && (a.Asks() || !marked.IsZero())
	free, err = s.freeBut(ctx, a.SocialWorkerID, slot.Period{From: now, To: now.Add(slot.Horizon)}, slot.Slot{StartsAt: a.StartsAt}.Period())
	free = slices.DeleteFunc(free, func(slot slot.Slot) bool { return slot.StartsAt.Equal(a.StartsAt) })
	return fitting(free, a.Mode, asks, now), asks, err
}

// personPage is somebody for whom the switchboard books: when and with whom they
// meet, never why, and who could be booked.
type personPage struct {
	errand
	searchForm
	Coming   []Appointment
	Workers  []Found
	Previous string // the address of the page before, empty when there is none
	Next     string
	Now      time.Time
}

func (personPage) Template() string { return "booking/person" }
func (personPage) Title() string    { return "Rendez-vous pour une personne" }

// HoursOf leads to a worker's hours in the mode and for the reason looked for.
func (p personPage) HoursOf(worker uuid.UUID) string {
	query := url.Values{}
	for _, name := range []string{"mode", "reason"} {
		if value := p.Filter.Value(name); value != "" {
			query.Set(name, value)
		}
	}
	return p.base + "/assistants/" + worker.String() + "?" + query.Encode()
}

// Person shows it.
func (h *HTTP) Person(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	e, err := h.errandOf(r)
	if err != nil {
		return err
	}
	chosen, search, err := h.search(r, e, r.URL.Query())
	if err != nil {
		return err
	}
	page := personPage{errand: e, searchForm: chosen, Now: h.bookings.db.Now()}
	if page.Coming, err = h.bookings.ComingOf(r.Context(), v, e.PersonID); err != nil {
		return err
	}
	var more bool
	if page.Workers, more, err = h.bookings.Find(r.Context(), v, search); err != nil {
		return err
	}
	page.Previous, page.Next = neighbours(r, search.Page, more)
	return h.render.Render(w, r, http.StatusOK, page)
}

// errandHoursPage is one worker's free hours, to book one for somebody.
type errandHoursPage struct {
	errand
	Worker  SocialWorker
	Mode    slot.Mode
	Modes   []form.Option
	Hours   freeHours
	Kept    []keptField // what was typed before the hour was lost, to go on with
	Problem string
	Own     bool // the viewer is the worker
}

func (errandHoursPage) Template() string { return "booking/errand" }
func (errandHoursPage) Title() string    { return "Choisir une heure" }

// InMode is the address of the same hours in another mode.
func (p errandHoursPage) InMode(mode string) string {
	if p.Own {
		return fmt.Sprintf("%s?week=%s&mode=%s", p.Booking(), p.Hours.Week, mode)
	}
	return fmt.Sprintf("%s/assistants/%s?week=%s&mode=%s", p.base, p.Worker.ID, p.Hours.Week, mode)
}

// ErrandHours shows the hours: a worker's own, or those of the worker whom the
// address names.
func (h *HTTP) ErrandHours(w http.ResponseWriter, r *http.Request) error {
	e, err := h.errandOf(r)
	if err != nil {
		return err
	}
	worker := viewer.From(r.Context()).ID
	if named := r.PathValue("worker"); named != "" {
		if worker, err = form.ParseID(named); err != nil {
			return errNotOffered
		}
	}
	page, err := h.errandHours(r, e, Request{SocialWorkerID: worker, Mode: slot.Mode(r.URL.Query().Get("mode")), Reason: r.URL.Query().Get("reason")})
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) errandHours(r *http.Request, e errand, request Request) (errandHoursPage, error) {
	v := viewer.From(r.Context())
	worker, err := h.offeredTo(r.Context(), e.PersonID, request.SocialWorkerID)
	if err != nil {
		return errandHoursPage{}, err
	}
	mode := request.Mode
	if !slices.Contains(worker.Modes, mode) {
		mode = worker.Modes[0]
	}
	free, err := h.bookings.FreeFor(r.Context(), v, worker.ID, e.PersonID, mode)
	page := errandHoursPage{
		errand: e, Worker: worker, Mode: mode, Modes: slot.ModeOptions(worker.Modes), Own: v.ID == worker.ID, Kept: kept(request),
		Hours: hoursOf(r, "", free, worker, mode, e.Zone, h.bookings.db.Now()),
	}
	return page, err
}

// keptField is what was typed, and goes on unseen while another hour is chosen.
type keptField struct{ Name, Value string }

func kept(r Request) []keptField {
	all := []keptField{
		{"reason", r.Reason}, {"note", r.Note}, {"interpreter", r.Interpreter}, {"accessibility", r.Accessibility}, {"companion", r.Companion},
	}
	if r.Anybody {
		all = append(all, keptField{"anybody", "1"})
	}
	return slices.DeleteFunc(all, func(f keptField) bool { return f.Value == "" })
}
