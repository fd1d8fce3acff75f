package booking

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

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
