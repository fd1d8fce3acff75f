package booking

import (
	"socialdirect/booking/worker"
	"socialdirect/web"
)

// lookIntoMonth counts the week of a page, and which days of a month have room.
func (h *HTTP) lookIntoMonth(r *web.Request, page slotsPage) error {
	err := h.Workers.CountViewsOf(r, page.Worker.ID, page.Week)
	if err != nil || !page.Month.Shown() {
		return err
	}
	return worker.Paused(h.bookings.Workers.CountMonthView(r.Context(), r.Viewer, page.Worker.ID, page.Month.String()))
}
