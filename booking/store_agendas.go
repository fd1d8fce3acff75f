package booking

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ofWorkers groups rows by their worker, in the order in which they came.
func ofWorkers[R, T any](rows []R, split func(R) (uuid.UUID, T)) map[uuid.UUID][]T {
	all := map[uuid.UUID][]T{}
	for _, row := range rows {
		worker, item := split(row)
		all[worker] = append(all[worker], item)
	}
	return all
}

// periodRow is a time of a worker's.
type periodRow struct {
	SocialWorkerID uuid.UUID
	slot.Period
}

func readPeriods(ctx context.Context, q postgres.Querier, sql string, args ...any) (map[uuid.UUID][]slot.Period, error) {
	rows, err := postgres.All[periodRow](ctx, q, sql, args...)
	return ofWorkers(rows, func(r periodRow) (uuid.UUID, slot.Period) { return r.SocialWorkerID, r.Period }), err
}

func readAbsencesOf(ctx context.Context, q postgres.Querier, span slot.Period, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return readPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from absences
		where social_worker_id = any($1) and period && tstzrange($2, $3)`, workers, span.From, span.To)
}

func readExternalBusyOf(ctx context.Context, q postgres.Querier, span slot.Period, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return readPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from external_busy
		where social_worker_id = any($1) and period && tstzrange($2, $3)`, workers, span.From, span.To.Add(slot.Length))
}

// readTaken finds what stands in the workers' agendas at now, in order. An
// appointment lasts an hour: by when they start, an index leads to those of each
// worker that overlap span, however many there are before and after.
func readTaken(ctx context.Context, q postgres.Querier, span slot.Period, now time.Time, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return readPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from appointments
		where social_worker_id = any($1) and lower(period) > $2 and lower(period) < $3 and `+occupyingAt("$4")+`
		order by lower(period)`, workers, span.From.Add(-slot.Length), span.To, now)
}
