package worker

import (
	"math"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/web"

	"github.com/google/uuid"
)

// PausePage tells somebody who has looked at very much that it goes on later.
type PausePage struct {
	Message string
	Minutes int // until then
}

func (PausePage) Template() string { return "booking/pause" }
func (PausePage) Title() string    { return "Une petite pause" }

// Hours is the wait in hours where it is a long one, else zero.
func (p PausePage) Hours() int {
	if p.Minutes <= 90 {
		return 0
	}
	return int(math.Ceil(float64(p.Minutes) / 60))
}

// CountViews counts the sheets that a page shows.
func (h *HTTP) CountViews(r *web.Request, workers ...uuid.UUID) error {
	return Paused(h.workers.Look(r.Context(), r.Viewer, workers...))
}

// CountViewsOf counts the week of an agenda that a page shows.
func (h *HTTP) CountViewsOf(r *web.Request, worker uuid.UUID, week slot.Week) error {
	return Paused(h.workers.CountMonthView(r.Context(), r.Viewer, worker, week.String()))
}

// Paused is err with the page that says when somebody who has looked at very much may go on.
func Paused(err error) error {
	if !fault.Is(err, fault.Throttled) {
		return err
	}
	f := fault.From(err)
	return fault.WithPage(err, PausePage{Message: f.Message, Minutes: max(1, int(math.Ceil(f.RetryAfter.Minutes())))})
}
