package booking

import (
	"context"
	"net/http"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// DayPages are the pages of a worker's day: today's appointments, and the available slots of
// a day, to book one for a person.
type DayPages struct{ *HTTP }

// todayPage is a worker's day: the appointments in order with the way into each, what waits
// for an answer, and what is left to do (R41).
type todayPage struct {
	Day      time.Time
	Lines    []todayLine
	Requests []appointment.Appointment // to answer
	Open     []appointment.Appointment // over, and without an outcome
	Standing worker.Standing
	Zone     *time.Location
}

func (todayPage) Template() string { return "booking/today" }
func (p todayPage) Title() string  { return "Aujourd’hui, " + web.Day(p.Day) }

// todayLine is one appointment of the day.
type todayLine struct {
	appointment.Appointment
	CanEnter bool   // the call is open
	Mobile   string // to call, by phone
	Over     bool
}

// DisplayMobile is the number to call, formatted for reading.
func (l todayLine) DisplayMobile() string { return people.DisplayMobile(l.Mobile) }

// Today shows the viewer's day.
func (h DayPages) Today(w http.ResponseWriter, r *web.Request) error {
	ctx, v, now := r.Context(), r.Viewer, h.bookings.DB.Now()
	zone, err := h.bookings.Agendas.Zone(ctx, v)
	if err != nil {
		return err
	}
	page := todayPage{Day: now.In(zone), Zone: zone}
	if page.Standing, err = h.bookings.Workers.Standing(ctx, v, v.ID); err != nil {
		return err
	}
	if page.Requests, err = h.bookings.Appointments.Requests(ctx, v); err != nil {
		return err
	}
	if page.Open, err = h.bookings.withoutOutcome(ctx, v, now); err != nil {
		return err
	}
	if page.Lines, err = h.todayLines(ctx, v, now, zone); err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// todayLines returns the viewer's appointments of the day, in order.
func (h DayPages) todayLines(ctx context.Context, v *viewer.Viewer, now time.Time, zone *time.Location) ([]todayLine, error) {
	day := now.In(zone)
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	all, err := h.bookings.Appointments.Week(ctx, v, slot.Period{From: midnight, To: midnight.AddDate(0, 0, 1)})
	if err != nil {
		return nil, err
	}
	lines := make([]todayLine, len(all))
	for i, a := range all {
		lines[i] = todayLine{Appointment: a, CanEnter: canEnter(a, now), Over: a.Over(now)}
		if a.Mode != slot.Phone || a.Over(now) {
			continue
		}
		details, err := h.bookings.Appointments.Details(ctx, v, a)
		if err != nil {
			return nil, err
		}
		lines[i].Mobile = details.Mobile
	}
	return lines, nil
}

// withoutOutcome returns the viewer's appointments that are over, whose outcome was not
// recorded and still can be, oldest first.
func (s *Service) withoutOutcome(ctx context.Context, v *viewer.Viewer, now time.Time) ([]appointment.Appointment, error) {
	past, err := s.Appointments.Week(ctx, v, slot.Period{From: now.Add(-appointment.OutcomeWithin - slot.Length), To: now})
	return slices.DeleteFunc(past, func(a appointment.Appointment) bool {
		return a.Status != appointment.Confirmed || !a.Over(now) || !a.Concludable(now)
	}), err
}
