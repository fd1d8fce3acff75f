package booking

import (
	"math"
	"net/http"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// pausePage tells somebody who has looked at very much that it goes on later.
type pausePage struct {
	Message string
	Minutes int // until then
}

func (pausePage) Template() string { return "booking/pause" }
func (pausePage) Title() string    { return "Une petite pause" }

// Hours is the wait in hours where it is a long one, else zero.
func (p pausePage) Hours() int {
	if p.Minutes <= 90 {
		return 0
	}
	return int(math.Ceil(float64(p.Minutes) / 60))
}

// look counts the sheets that a page shows.
func (h *HTTP) look(r *http.Request, workers ...uuid.UUID) error {
	return paused(h.bookings.Look(r.Context(), viewer.From(r.Context()), workers...))
}

// lookInto counts the week of an agenda that a page shows.
func (h *HTTP) lookInto(r *http.Request, worker uuid.UUID, week slot.Week) error {
	return paused(h.bookings.LookInto(r.Context(), viewer.From(r.Context()), worker, week.String()))
}

// lookIntoMonth counts the week of a page, and which days of a month have room.
func (h *HTTP) lookIntoMonth(r *http.Request, page slotsPage) error {
	err := h.lookInto(r, page.Worker.ID, page.Week)
	if err != nil || !page.Month.Shown() {
		return err
	}
	return paused(h.bookings.LookInto(r.Context(), viewer.From(r.Context()), page.Worker.ID, page.Month.String()))
}

func paused(err error) error {
	if !fault.Is(err, fault.Throttled) {
		return err
	}
	f := fault.From(err)
	return fault.WithPage(err, pausePage{Message: f.Message, Minutes: max(1, int(math.Ceil(f.RetryAfter.Minutes())))})
}
