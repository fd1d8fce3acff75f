// Package agenda computes when a worker can be booked, from openings, absences, holidays,
// settings, the worker's other calendars and appointments. The pages and the act of
// booking use the same computation, so that what is shown is what is accepted.
package agenda

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Agenda holds what makes a worker's slots and what blocks them.
type Agenda struct {
	Worker   worker.Row
	openings []slot.Opening
	closed   []slot.Period // absences, and holidays that stay closed
	booked   []slot.Period // periods of appointments, in order

	credentials worker.Credentials
}

// slots returns the slots that the worker offers, booked or not, on days that the worker's
// credentials cover (R42).
func (a Agenda) slots(span slot.Period) []slot.Slot {
	zone := a.Worker.Zone()
	covered := a.credentials.CoveredIn(Around(span), zone)
	return slices.DeleteFunc(slot.SlotsIn(span, zone, a.openings, a.closed), func(s slot.Slot) bool {
		return !slices.ContainsFunc(covered, s.Period().Inside)
	})
}

// Available returns the slots inside span that can be booked at now, with the modes in
// which they can.
func (a Agenda) Available(span slot.Period, now time.Time) []slot.Slot {
	perDay := a.perDay()
	var available []slot.Slot
	for _, s := range a.slots(span) {
		s.Modes = a.modesInWindow(s, now)
		if len(s.Modes) > 0 && !a.full(s.StartsAt, perDay) && !a.crowded(s.Period()) {
			available = append(available, s)
		}
	}
	return available
}

// SlotAt returns the slot that starts at that instant, booked or not.
func (a Agenda) SlotAt(at time.Time) (slot.Slot, bool) {
	slots := a.slots(slot.Period{From: at, To: at.Add(time.Second)})
	if len(slots) == 0 || !slots[0].StartsAt.Equal(at) {
		return slot.Slot{}, false
	}
	return slots[0], true
}

// Bookable returns the slot that starts at that instant if it can be booked at now in that
// mode. Otherwise it fails with ErrUnavailable if the slot is not offered, with ErrBooked
// if an appointment occupies it, and with ErrClosed if the appointments around it leave no
// room.
func (a Agenda) Bookable(at, now time.Time, mode slot.Mode) (slot.Slot, error) {
	hour, ok := a.SlotAt(at)
	switch {
	case !ok || !slices.Contains(a.modesInWindow(hour, now), mode):
		return slot.Slot{}, appointment.ErrUnavailable
	case slot.OverlapsAny(hour.Period(), a.booked):
		return slot.Slot{}, ErrBooked
	case a.full(at, a.perDay()) || a.crowded(hour.Period()):
		return slot.Slot{}, ErrClosed
	}
	return hour, nil
}

// perDay counts the appointments of each of the worker's days.
func (a Agenda) perDay() map[time.Time]int {
	count := map[time.Time]int{}
	for _, p := range a.booked {
		count[a.day(p.From)]++
	}
	return count
}

func (a Agenda) day(at time.Time) time.Time { return slot.CalendarDay(at.In(a.Worker.Zone())) }

func (a Agenda) full(at time.Time, perDay map[time.Time]int) bool {
	return a.Worker.PerDay > 0 && perDay[a.day(at)] >= a.Worker.PerDay
}

// crowded reports whether the period leaves less than the worker's buffer after the
// previous appointment or before the next.
func (a Agenda) crowded(p slot.Period) bool {
	near := slot.Period{From: p.From.Add(-a.Worker.Gap()), To: p.To.Add(a.Worker.Gap())}
	i, _ := slices.BinarySearchFunc(a.booked, near.From, func(q slot.Period, from time.Time) int {
		if q.To.After(from) {
			return 1
		}
		return -1
	})
	return i < len(a.booked) && a.booked[i].Overlaps(near)
}

// Without returns the agenda as if that period were not booked, so that an appointment does
// not block its own move.
func (a Agenda) Without(hour slot.Period) Agenda {
	a.booked = slices.DeleteFunc(slices.Clone(a.booked), func(p slot.Period) bool { return p.From.Equal(hour.From) })
	return a
}

// Around returns the span that must be read to compute the slots of span: a day may be
// full, and the longest day lasts 25 hours.
func Around(span slot.Period) slot.Period {
	return slot.Period{From: span.From.Add(-25 * time.Hour), To: span.To.Add(25 * time.Hour)}
}

// Read reads the agenda of one worker for the slots of span at now.
func Read(ctx context.Context, q postgres.Querier, row worker.Row, span slot.Period, now time.Time) (Agenda, error) {
	all, err := ReadMany(ctx, q, []worker.Row{row}, span, now)
	return all[row.AccountID], err
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

// inModes limits each opening to the modes that the worker's sheet offers.
func inModes(openings []slot.Opening, offered []slot.Mode) []slot.Opening {
	for i, o := range openings {
		openings[i].Modes = slices.DeleteFunc(o.Modes, func(m slot.Mode) bool { return !slices.Contains(offered, m) })
	}
	return slices.DeleteFunc(openings, func(o slot.Opening) bool { return len(o.Modes) == 0 })
}

// AvailableSlots lists a worker's available slots that start inside span, in order. It
// fails with NotFound if there is no such worker, or the worker cannot be booked now.
func (s *Service) AvailableSlots(ctx context.Context, worker uuid.UUID, span slot.Period) ([]slot.Slot, error) {
	return s.AvailableBut(ctx, worker, span, slot.Period{})
}

// AvailableBut is AvailableSlots as if that period were not booked.
func (s *Service) AvailableBut(ctx context.Context, id uuid.UUID, span, hour slot.Period) ([]slot.Slot, error) {
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
	a, err := Read(ctx, s.db.Pool, row, span, now)
	if err != nil {
		return nil, err
	}
	return a.Without(hour).Available(span, now), nil
}

// hoursMade is what makes and blocks the slots of several workers, as read from the
// database.
type hoursMade struct {
	openings    map[uuid.UUID][]slot.Opening
	absences    map[uuid.UUID][]slot.Period
	weekly      map[uuid.UUID][]WeeklyAbsence
	opened      map[uuid.UUID][]time.Time // holidays on which the worker works
	external    map[uuid.UUID][]slot.Period
	credentials map[uuid.UUID]worker.Credentials
	booked      map[uuid.UUID][]slot.Period
}

// ReadMany is Read for many workers, with the same number of queries as for one.
func ReadMany(ctx context.Context, q postgres.Querier, workers []worker.Row, span slot.Period, now time.Time) (map[uuid.UUID]Agenda, error) {
	span = Around(span)
	made, err := readHoursMade(ctx, q, worker.IDs(workers), span, now)
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]Agenda, len(workers))
	for _, w := range workers {
		all[w.AccountID] = Agenda{
			Worker: w, openings: inModes(made.openings[w.AccountID], w.OfferedModes()), closed: made.closed(w, span),
			booked: made.booked[w.AccountID], credentials: made.credentials[w.AccountID],
		}
	}
	return all, nil
}

func readHoursMade(ctx context.Context, q postgres.Querier, workers []uuid.UUID, span slot.Period, now time.Time) (h hoursMade, err error) {
	// A day in any zone overlaps only the days of UTC from the date before to the date after.
	first, last := slot.CalendarDay(span.From).AddDate(0, 0, -1), slot.CalendarDay(span.To).AddDate(0, 0, 1)
	if h.openings, err = readOpeningsOf(ctx, q, first, workers...); err != nil {
		return h, err
	}
	if h.absences, err = readAbsencesOf(ctx, q, span, workers...); err != nil {
		return h, err
	}
	if h.weekly, err = readWeeklyAbsencesOf(ctx, q, first, workers...); err != nil {
		return h, err
	}
	if h.opened, err = readOpenHolidays(ctx, q, first, last, workers...); err != nil {
		return h, err
	}
	if h.external, err = readExternalBusyOf(ctx, q, span, workers...); err != nil {
		return h, err
	}
	credentials, err := worker.ReadCredentials(ctx, q, workers...)
	if err != nil {
		return h, err
	}
	h.credentials = map[uuid.UUID]worker.Credentials{}
	for _, c := range credentials {
		h.credentials[c.SocialWorkerID] = append(h.credentials[c.SocialWorkerID], c)
	}
	h.booked, err = appointment.ReadOccupied(ctx, q, span, now, workers...)
	return h, err
}

// closed returns the periods inside span in which the worker is absent.
func (h hoursMade) closed(w worker.Row, span slot.Period) []slot.Period {
	closed := slices.Concat(h.absences[w.AccountID], h.external[w.AccountID])
	for _, weekly := range h.weekly[w.AccountID] {
		closed = append(closed, weekly.within(span, w.Zone())...)
	}
	first, last := slot.CalendarDay(span.From.In(w.Zone())), slot.CalendarDay(span.To.In(w.Zone()))
	for _, holiday := range opened(slot.HolidaysOf(w.HolidayRegion, first, last), h.opened[w.AccountID]) {
		if !holiday.Open {
			closed = append(closed, slot.WallPeriods(holiday.Day, 0, 24*60, w.Zone())...)
		}
	}
	return closed
}

// opened marks the holidays on which the worker works.
func opened(holidays []slot.Holiday, open []time.Time) []slot.Holiday {
	for i, h := range holidays {
		holidays[i].Open = slices.ContainsFunc(open, h.Day.Equal)
	}
	return holidays
}

// First returns the first available slots inside span, at least n of each mode if there
// are so many, and the instant until which the list is complete.
func (a Agenda) First(span slot.Period, now time.Time, n int) (soonest []slot.Slot, until time.Time) {
	count := map[slot.Mode]int{}
	for from := span.From; from.Before(span.To); from = from.Add(slot.Stride) {
		for _, hour := range a.Available(slot.Clip(slot.Period{From: from, To: from.Add(slot.Stride)}, span), now) {
			soonest = append(soonest, hour)
			for _, mode := range hour.Modes {
				count[mode]++
			}
			if !slices.ContainsFunc(a.Worker.OfferedModes(), func(m slot.Mode) bool { return count[m] < n }) {
				return soonest, hour.StartsAt
			}
		}
	}
	return soonest, span.To
}
