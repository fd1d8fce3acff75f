package agenda

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type openingRow struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Weekday        int
	EveryWeeks     int
	FirstDay       time.Time
	LastDay        *time.Time
	StartsMinute   int
	EndsMinute     int
	Modes          []string
	PlaceID        *uuid.UUID
	Skips          []time.Time
}

func (r openingRow) opening() slot.Opening {
	o := slot.Opening{ID: r.ID, Weekday: r.Weekday, Every: r.EveryWeeks, FirstDay: r.FirstDay, Starts: r.StartsMinute, Ends: r.EndsMinute, Modes: slot.ParseModes(r.Modes), Skips: r.Skips}
	if r.LastDay != nil {
		o.LastDay = *r.LastDay
	}
	if r.PlaceID != nil {
		o.Place = *r.PlaceID
	}
	return o
}

// readOpenings reads all openings of a worker, including those that are over.
func readOpenings(ctx context.Context, q postgres.Querier, worker uuid.UUID) ([]slot.Opening, error) {
	return readOpeningsSince(ctx, q, worker, time.Time{})
}

// readOpeningsSince reads the openings of a worker that are not over before that calendar
// day.
func readOpeningsSince(ctx context.Context, q postgres.Querier, worker uuid.UUID, day time.Time) ([]slot.Opening, error) {
	all, err := readOpeningsOf(ctx, q, day, worker)
	return all[worker], err
}

// readOpeningsOf is readOpeningsSince for several workers. Past openings are stored for
// the pages of past weeks only.
func readOpeningsOf(ctx context.Context, q postgres.Querier, since time.Time, workers ...uuid.UUID) (map[uuid.UUID][]slot.Opening, error) {
	rows, err := postgres.All[openingRow](ctx, q, `
		select id, social_worker_id, coalesce(weekday, 0) as weekday, every_weeks, first_day, last_day, starts_minute, ends_minute, modes, place_id,
		       array(select day from opening_skips where opening_id = id and day >= $2 order by day) as skips
		from openings where social_worker_id = any($1) and (last_day is null or last_day >= $2)
		order by weekday nulls last, first_day, starts_minute`, workers, since)
	return appointment.OfWorkers(rows, func(r openingRow) (uuid.UUID, slot.Opening) { return r.SocialWorkerID, r.opening() }), err
}

func insertOpening(ctx context.Context, tx postgres.Tx, worker uuid.UUID, o slot.Opening) error {
	_, err := tx.Exec(ctx, `
		insert into openings (social_worker_id, weekday, first_day, last_day, starts_minute, ends_minute, modes, place_id, every_weeks)
		values ($1, nullif($2, 0), $3, $4, $5, $6, $7, $8, $9)`,
		worker, o.Weekday, o.FirstDay, lastDay(o.LastDay), o.Starts, o.Ends, o.Modes, postgres.OrNull(o.Place), max(1, o.Every))
	return err
}

// lastDay returns a last day as stored: NULL if there is no last day.
func lastDay(day time.Time) *time.Time {
	if day.IsZero() {
		return nil
	}
	return &day
}

func updateOpening(ctx context.Context, tx postgres.Tx, worker uuid.UUID, o slot.Opening) error {
	_, err := tx.Exec(ctx, `
		update openings set weekday = nullif($3, 0), first_day = $4, last_day = $5, starts_minute = $6, ends_minute = $7, modes = $8, place_id = $9, every_weeks = $10
		where social_worker_id = $1 and id = $2`, worker, o.ID, o.Weekday, o.FirstDay, lastDay(o.LastDay), o.Starts, o.Ends, o.Modes, postgres.OrNull(o.Place), max(1, o.Every))
	return err
}

func insertSkip(ctx context.Context, tx postgres.Tx, opening uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `insert into opening_skips (opening_id, day) values ($1, $2)`, opening, day)
	return err
}

func deleteOpening(ctx context.Context, q postgres.Querier, worker, id uuid.UUID) (found bool, err error) {
	tag, err := q.Exec(ctx, `delete from openings where social_worker_id = $1 and id = $2`, worker, id)
	return tag.RowsAffected() > 0, err
}

// ReadAbsences lists a worker's absences of a span.
func ReadAbsences(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period) ([]Absence, error) {
	return postgres.All[Absence](ctx, q, `
		select id, lower(period) as "from", upper(period) as "to", cancelled from absences
		where social_worker_id = $1 and period && tstzrange($2, $3) order by period`, worker, span.From, span.To)
}

func insertAbsence(ctx context.Context, tx postgres.Tx, worker uuid.UUID, p slot.Period) error {
	_, err := tx.Exec(ctx, `insert into absences (social_worker_id, period) values ($1, tstzrange($2, $3))`, worker, p.From, p.To)
	return err
}

// CloseCancelled closes the hour of an appointment that its worker cancelled, as an absence
// that the worker sees in the agenda and can remove, unless an absence covers it already
// (R20). It is a step of the caller's act, which locked the worker.
func CloseCancelled(ctx context.Context, tx postgres.Tx, worker uuid.UUID, hour slot.Period) error {
	_, err := tx.Exec(ctx, `
		insert into absences (social_worker_id, period, cancelled) select $1, tstzrange($2, $3), true
		where not exists (select from absences where social_worker_id = $1 and period @> tstzrange($2, $3))`, worker, hour.From, hour.To)
	return err
}

func deleteAbsence(ctx context.Context, q postgres.Querier, worker, id uuid.UUID) (found bool, err error) {
	tag, err := q.Exec(ctx, `delete from absences where social_worker_id = $1 and id = $2`, worker, id)
	return tag.RowsAffected() > 0, err
}

type weeklyAbsenceRow struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Weekday        int
	FirstDay       time.Time
	LastDay        *time.Time
	StartsMinute   int
	EndsMinute     int
}

func (r weeklyAbsenceRow) absence() WeeklyAbsence {
	w := WeeklyAbsence{ID: r.ID, Weekday: r.Weekday, FirstDay: r.FirstDay, Starts: r.StartsMinute, Ends: r.EndsMinute}
	if r.LastDay != nil {
		w.LastDay = *r.LastDay
	}
	return w
}

// readWeeklyAbsences reads the weekly absences of a worker that are not over before that
// calendar day.
func readWeeklyAbsences(ctx context.Context, q postgres.Querier, worker uuid.UUID, since time.Time) ([]WeeklyAbsence, error) {
	all, err := readWeeklyAbsencesOf(ctx, q, since, worker)
	return all[worker], err
}

func readWeeklyAbsencesOf(ctx context.Context, q postgres.Querier, since time.Time, workers ...uuid.UUID) (map[uuid.UUID][]WeeklyAbsence, error) {
	rows, err := postgres.All[weeklyAbsenceRow](ctx, q, `
		select id, social_worker_id, weekday, first_day, last_day, starts_minute, ends_minute from weekly_absences
		where social_worker_id = any($1) and (last_day is null or last_day >= $2) order by weekday, starts_minute, first_day`, workers, since)
	return appointment.OfWorkers(rows, func(r weeklyAbsenceRow) (uuid.UUID, WeeklyAbsence) { return r.SocialWorkerID, r.absence() }), err
}

func insertWeeklyAbsence(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w WeeklyAbsence) error {
	_, err := tx.Exec(ctx, `
		insert into weekly_absences (social_worker_id, weekday, first_day, last_day, starts_minute, ends_minute)
		values ($1, $2, $3, $4, $5, $6)`, worker, w.Weekday, w.FirstDay, lastDay(w.LastDay), w.Starts, w.Ends)
	return err
}

func deleteWeeklyAbsence(ctx context.Context, q postgres.Querier, worker, id uuid.UUID) (found bool, err error) {
	tag, err := q.Exec(ctx, `delete from weekly_absences where social_worker_id = $1 and id = $2`, worker, id)
	return tag.RowsAffected() > 0, err
}

type openHolidayRow struct {
	SocialWorkerID uuid.UUID
	Day            time.Time
}

func readOpenHolidays(ctx context.Context, q postgres.Querier, first, last time.Time, workers ...uuid.UUID) (map[uuid.UUID][]time.Time, error) {
	rows, err := postgres.All[openHolidayRow](ctx, q, `
		select social_worker_id, day from open_holidays where social_worker_id = any($1) and day between $2 and $3`, workers, first, last)
	return appointment.OfWorkers(rows, func(r openHolidayRow) (uuid.UUID, time.Time) { return r.SocialWorkerID, r.Day }), err
}

func insertOpenHoliday(ctx context.Context, tx postgres.Tx, worker uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `insert into open_holidays (social_worker_id, day) values ($1, $2) on conflict do nothing`, worker, day)
	return err
}

func deleteOpenHoliday(ctx context.Context, tx postgres.Tx, worker uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `delete from open_holidays where social_worker_id = $1 and day = $2`, worker, day)
	return err
}

func readAbsencesOf(ctx context.Context, q postgres.Querier, span slot.Period, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return appointment.ReadPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from absences
		where social_worker_id = any($1) and period && tstzrange($2, $3)`, workers, span.From, span.To)
}

func readExternalBusyOf(ctx context.Context, q postgres.Querier, span slot.Period, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return appointment.ReadPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from external_busy
		where social_worker_id = any($1) and period && tstzrange($2, $3)`, workers, span.From, span.To.Add(slot.Length))
}

// readExternalBusy reads the busy periods of a worker's other calendars that can overlap
// slots that start inside span.
func readExternalBusy(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period) ([]slot.Period, error) {
	all, err := readExternalBusyOf(ctx, q, span, worker)
	return all[worker], err
}

// Erase deletes a worker's openings and absences.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from openings where social_worker_id = $1`,
		`delete from absences where social_worker_id = $1`,
		`delete from weekly_absences where social_worker_id = $1`,
		`delete from open_holidays where social_worker_id = $1`,
	}, person)
}
