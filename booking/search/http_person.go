package search

import (
	"context"
	"net/http"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// AvailableFor returns the available slots that the person may book in that mode. While
// they are marked, a slot too near to be answered is left out.
func (s *Service) AvailableFor(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID, mode slot.Mode) ([]slot.Slot, error) {
	marked, err := s.Appointments.Marked(ctx, v, worker, person)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now()
	free, err := s.Agendas.AvailableSlots(ctx, worker, slot.Period{From: now, To: now.Add(slot.Horizon)})
	return Fitting(free, mode, !marked.IsZero() && v.ID != worker, now), err
}

// Fitting returns the slots in that mode, and of requests only those that can still be
// answered.
func Fitting(free []slot.Slot, mode slot.Mode, asks bool, now time.Time) []slot.Slot {
	return slices.DeleteFunc(free, func(slot slot.Slot) bool {
		return !slot.Offers(mode) || asks && !appointment.AnswerBy(slot.StartsAt, now).After(now)
	})
}

// personPage is a person for whom the switchboard books: when and with whom they have
// appointments, never why, and who can be booked.
type personPage struct {
	appointment.OnBehalf
	searchForm
	Coming   []appointment.Appointment
	Workers  []Found
	Previous string // the address of the previous page, empty if there is none
	Next     string
	Now      time.Time
}

func (personPage) Template() string { return "booking/person" }
func (p personPage) Title() string  { return p.titled("Rendez-vous pour " + p.For) }

// HoursOf is the address of a worker's slots in the chosen mode.
func (p personPage) HoursOf(worker uuid.UUID) string {
	address := p.Base + "/assistants/" + worker.String()
	if mode := p.Filter.Value("mode"); mode != "" {
		address += "?mode=" + mode
	}
	return address
}

// Person shows the page.
func (h *HTTP) Person(w http.ResponseWriter, r *web.Request) error {
	e, err := h.appointments.OnBehalf(r)
	if err != nil {
		return err
	}
	page, err := h.personPage(r, e)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) personPage(r *web.Request, e appointment.OnBehalf) (personPage, error) {
	v := r.Viewer
	chosen, search, err := h.search(r, e)
	if err != nil {
		return personPage{}, err
	}
	page := personPage{OnBehalf: e, searchForm: chosen, Now: h.searches.DB.Now()}
	if page.Coming, err = h.appointments.ComingOf(r.Context(), v, e.PersonID); err != nil {
		return personPage{}, err
	}
	page.Workers, page.Total, err = h.searches.Find(r.Context(), v, search)
	page.Previous, page.Next = page.neighbours(search.more(page.Total))
	return page, err
}
