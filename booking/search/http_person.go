package search

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// AvailableFor are AvailableSlots that the person may have in that mode: while they are
// marked, an hour so near that nobody could answer is none.
func (s *Service) AvailableFor(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID, mode slot.Mode) ([]slot.Slot, error) {
	marked, err := s.appointments.Marked(ctx, v, worker, person)
	if err != nil {
		return nil, err
	}
	now := s.db.Now()
	free, err := s.agendas.AvailableSlots(ctx, worker, slot.Period{From: now, To: now.Add(slot.Horizon)})
	return Fitting(free, mode, !marked.IsZero() && v.ID != worker, now), err
}

// Fitting are the slots in that mode; of those that are asked for, the ones that
// somebody can still answer.
func Fitting(free []slot.Slot, mode slot.Mode, asks bool, now time.Time) []slot.Slot {
	return slices.DeleteFunc(free, func(slot slot.Slot) bool {
		return !slot.Offers(mode) || asks && !appointment.AnswerBy(slot.StartsAt, now).After(now)
	})
}

// personPage is somebody for whom the switchboard books: when and with whom they
// meet, never why, and who could be booked.
type personPage struct {
	appointment.OnBehalf
	searchForm
	Coming   []appointment.Appointment
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
	return p.Base + "/assistants/" + worker.String() + "?" + query.Encode()
}

// Person shows it.
func (h *HTTP) Person(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	e, err := h.appointments.OnBehalf(r)
	if err != nil {
		return err
	}
	chosen, search, err := h.search(r, e, r.URL.Query())
	if err != nil {
		return err
	}
	page := personPage{OnBehalf: e, searchForm: chosen, Now: h.searches.db.Now()}
	if page.Coming, err = h.appointments.ComingOf(r.Context(), v, e.PersonID); err != nil {
		return err
	}
	var more bool
	if page.Workers, more, err = h.searches.Find(r.Context(), v, search); err != nil {
		return err
	}
	page.Previous, page.Next = r.Neighbours(search.Page, more)
	return h.render.Render(w, r, http.StatusOK, page)
}
