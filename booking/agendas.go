package booking

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

// hoursMade is what makes and blocks the hours of several workers, as it is kept.
type hoursMade struct {
	openings    map[uuid.UUID][]slot.Opening
	absences    map[uuid.UUID][]slot.Period
	weekly      map[uuid.UUID][]WeeklyAbsence
	opened      map[uuid.UUID][]time.Time // holidays that are not kept
	external    map[uuid.UUID][]slot.Period
	credentials map[uuid.UUID]worker.Credentials
	taken       map[uuid.UUID][]slot.Period
}

// readAgendas reads what decides about the hours of span at now, of many workers as
// of one: with as many queries, and by the same words.
func readAgendas(ctx context.Context, q postgres.Querier, workers []worker.Row, span slot.Period, now time.Time) (map[uuid.UUID]agenda, error) {
	span = around(span)
	made, err := readHoursMade(ctx, q, worker.IDs(workers), span, now)
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]agenda, len(workers))
	for _, w := range workers {
		all[w.AccountID] = agenda{
			worker: w, openings: inModes(made.openings[w.AccountID], w.OfferedModes()), closed: made.closed(w, span),
			taken: made.taken[w.AccountID], credentials: made.credentials[w.AccountID],
		}
	}
	return all, nil
}

func readHoursMade(ctx context.Context, q postgres.Querier, workers []uuid.UUID, span slot.Period, now time.Time) (h hoursMade, err error) {
	// A day of a zone lies within a day of the same date in UTC, give or take one.
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
	h.taken, err = appointment.ReadTaken(ctx, q, span, now, workers...)
	return h, err
}

// closed are the times inside span in which the worker is away.
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

// opened are the holidays, with those marked that are worked on.
func opened(holidays []slot.Holiday, open []time.Time) []slot.Holiday {
	for i, h := range holidays {
		holidays[i].Open = slices.ContainsFunc(open, h.Day.Equal)
	}
	return holidays
}
