package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// agenda is what makes a worker's slots, and what stands in their way. Finding a
// slot and booking it both ask it.
type agenda struct {
	worker   worker.Row
	openings []slot.Opening
	closed   []slot.Period // absences, and holidays that stay closed
	taken    []slot.Period // hours that appointments occupy, in order

	credentials worker.Credentials
}

// slots are the hours that the worker offers, taken or not, on days that the
// worker's credentials cover (R42).
func (a agenda) slots(span slot.Period) []slot.Slot {
	zone := a.worker.Zone()
	covered := a.credentials.CoveredIn(around(span), zone)
	return slices.DeleteFunc(slot.SlotsIn(span, zone, a.openings, a.closed), func(s slot.Slot) bool {
		return !slices.ContainsFunc(covered, s.Period().Inside)
	})
}

// free are the hours inside span that can be booked at now.
func (a agenda) free(span slot.Period, now time.Time) []slot.Slot {
	perDay := a.perDay()
	return slices.DeleteFunc(a.slots(span), func(s slot.Slot) bool {
		return !a.inTime(s.StartsAt, now) || a.full(s.StartsAt, perDay) || a.crowded(s.Period())
	})
}

// slotAt finds the slot that starts at that very instant, taken or not.
func (a agenda) slotAt(at time.Time) (slot.Slot, bool) {
	slots := a.slots(slot.Period{From: at, To: at.Add(time.Second)})
	if len(slots) == 0 || !slots[0].StartsAt.Equal(at) {
		return slot.Slot{}, false
	}
	return slots[0], true
}

// bookable refuses an hour that cannot be booked at now: with errNotFree where it
// is not offered, with errTaken where an appointment is in it, and with errClosed where
// those around it leave no room: whoever was shown it as free was not fast enough.
func (a agenda) bookable(at, now time.Time, mode slot.Mode) (slot.Slot, error) {
	hour, ok := a.slotAt(at)
	switch {
	case !ok || !hour.Offers(mode) || !a.inTime(at, now):
		return slot.Slot{}, appointment.ErrNotFree
	case slot.OverlapsAny(hour.Period(), a.taken):
		return slot.Slot{}, errTaken
	case a.full(at, a.perDay()) || a.crowded(hour.Period()):
		return slot.Slot{}, errClosed
	}
	return hour, nil
}

// inTime reports whether an hour that starts at that instant is neither too near
// nor too far to be booked at now.
func (a agenda) inTime(at, now time.Time) bool {
	return at.After(now) && !at.Before(now.Add(a.worker.LeadTime())) && !at.After(now.Add(a.worker.Horizon()))
}

// perDay counts the appointments of each of the worker's days.
func (a agenda) perDay() map[time.Time]int {
	count := map[time.Time]int{}
	for _, p := range a.taken {
		count[a.day(p.From)]++
	}
	return count
}

func (a agenda) day(at time.Time) time.Time { return slot.CalendarDay(at.In(a.worker.Zone())) }

func (a agenda) full(at time.Time, perDay map[time.Time]int) bool {
	return a.worker.PerDay > 0 && perDay[a.day(at)] >= a.worker.PerDay
}

// crowded reports whether an hour leaves less than the worker's time after one
// appointment and before the next.
func (a agenda) crowded(p slot.Period) bool {
	near := slot.Period{From: p.From.Add(-a.worker.Gap()), To: p.To.Add(a.worker.Gap())}
	i, _ := slices.BinarySearchFunc(a.taken, near.From, func(q slot.Period, from time.Time) int {
		if q.To.After(from) {
			return 1
		}
		return -1
	})
	return i < len(a.taken) && a.taken[i].Overlaps(near)
}

// without is the agenda as if that hour were not taken: an appointment that is
// moved does not stand in its own way.
func (a agenda) without(hour slot.Period) agenda {
	a.taken = slices.DeleteFunc(slices.Clone(a.taken), func(p slot.Period) bool { return p.From.Equal(hour.From) })
	return a
}

// around is what must be read to know the hours of span: a day may be full, and
// the longest lasts 25 hours.
func around(span slot.Period) slot.Period {
	return slot.Period{From: span.From.Add(-25 * time.Hour), To: span.To.Add(25 * time.Hour)}
}

// readAgenda reads what decides about the hours of span at now.
func readAgenda(ctx context.Context, q postgres.Querier, id worker.Row, span slot.Period, now time.Time) (agenda, error) {
	all, err := readAgendas(ctx, q, []worker.Row{id}, span, now)
	return all[id.AccountID], err
}

// readHolidays finds the holidays of the worker's region on the days of span.
func readHolidays(ctx context.Context, q postgres.Querier, worker worker.Row, span slot.Period) ([]slot.Holiday, error) {
	first, last := slot.CalendarDay(span.From.In(worker.Zone())), slot.CalendarDay(span.To.In(worker.Zone()))
	holidays := slot.HolidaysOf(worker.HolidayRegion, first, last)
	if len(holidays) == 0 {
		return nil, nil
	}
	open, err := readOpenHolidays(ctx, q, first, last, worker.AccountID)
	return opened(holidays, open[worker.AccountID]), err
}

// inModes keeps of each opening the modes that the worker's sheet offers.
func inModes(openings []slot.Opening, offered []slot.Mode) []slot.Opening {
	for i, o := range openings {
		openings[i].Modes = slices.DeleteFunc(o.Modes, func(m slot.Mode) bool { return !slices.Contains(offered, m) })
	}
	return slices.DeleteFunc(openings, func(o slot.Opening) bool { return len(o.Modes) == 0 })
}

// FreeSlots lists a worker's free hours that start inside span, in order;
// NotFound when there is no such worker, or none who can be booked now.
func (s *Service) FreeSlots(ctx context.Context, worker uuid.UUID, span slot.Period) ([]slot.Slot, error) {
	return s.freeBut(ctx, worker, span, slot.Period{})
}

// freeBut are FreeSlots as if that hour were not taken.
func (s *Service) freeBut(ctx context.Context, id uuid.UUID, span, hour slot.Period) ([]slot.Slot, error) {
	row, err := worker.Read(ctx, s.db.Pool, id)
	if err != nil {
		return nil, err
	}
	if err := s.workers.Offered(ctx, s.db.Pool, id); err != nil {
		return nil, err
	}
	now := s.db.Now()
	span = slot.Clip(span, slot.Period{From: now, To: now.Add(row.Horizon() + time.Second)})
	if !span.From.Before(span.To) {
		return nil, nil
	}
	a, err := readAgenda(ctx, s.db.Pool, row, span, now)
	if err != nil {
		return nil, err
	}
	return a.without(hour).free(span, now), nil
}

// Zone is the zone of the viewer's own openings and absences: that of their
// sheet, wherever they read their own times.
func (s *Service) Zone(ctx context.Context, v *viewer.Viewer) (*time.Location, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	return row.Zone(), nil
}
