package viewlimit

import (
	"math"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/web"

	"github.com/google/uuid"
)

// PausePage asks a person who reached the view limit to continue later.
type PausePage struct {
	Message string
	Minutes int // until they can continue
}

func (PausePage) Template() string { return "booking/pause" }
func (PausePage) Title() string    { return "Une petite pause" }

// Hours is the wait in hours if it is long, else zero.
func (p PausePage) Hours() int {
	if p.Minutes <= 90 {
		return 0
	}
	return int(math.Ceil(float64(p.Minutes) / 60))
}

// PageOfSheets counts the sheets that a page shows. Beyond the limit it fails with Throttled
// and PausePage.
func (s *Service) PageOfSheets(r *web.Request, workers ...uuid.UUID) error {
	return paused(s.CountSheets(r.Context(), r.Viewer, workers...))
}

// PageOfWeek is PageOfSheets for a page with a week of a worker's agenda.
func (s *Service) PageOfWeek(r *web.Request, worker uuid.UUID, week slot.Week) error {
	return paused(s.CountPart(r.Context(), r.Viewer, worker, week.String()))
}

// PageOfMonth is PageOfSheets for a page that shows which days of a month (2026-12) have
// available slots.
func (s *Service) PageOfMonth(r *web.Request, worker uuid.UUID, month string) error {
	return paused(s.CountPart(r.Context(), r.Viewer, worker, month))
}

// paused adds PausePage to err if it is Throttled.
func paused(err error) error {
	if !fault.Is(err, fault.Throttled) {
		return err
	}
	f := fault.From(err)
	return fault.WithPage(err, PausePage{Message: f.Message, Minutes: max(1, int(math.Ceil(f.RetryAfter.Minutes())))})
}
