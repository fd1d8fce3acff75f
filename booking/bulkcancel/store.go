package bulkcancel

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// lockComing locks the appointments of these ids that are the worker's, in order of id.
func lockComing(ctx context.Context, tx postgres.Tx, worker uuid.UUID, ids []uuid.UUID) ([]appointment.Row, error) {
	return postgres.All[appointment.Row](ctx, tx, appointment.Select+`
		where p.social_worker_id = $1 and p.id = any($2) order by p.id for no key update of p`, worker, ids)
}

// readPeopleOf reads the people of the worker's appointments, in the order in which people
// are locked.
func readPeopleOf(ctx context.Context, q postgres.Querier, worker uuid.UUID, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := postgres.All[struct{ BeneficiaryID uuid.UUID }](ctx, q, `
		select distinct beneficiary_id from appointments where social_worker_id = $1 and id = any($2) order by beneficiary_id`, worker, ids)
	people := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		people[i] = row.BeneficiaryID
	}
	return people, err
}

// decisionRow is one bulk cancel by the administration.
type decisionRow struct {
	ID           uuid.UUID
	AuthorID     uuid.UUID
	SealedReason []byte
	Cancelled    int
	DecidedAt    time.Time
}

func insertDecision(ctx context.Context, tx postgres.Tx, worker uuid.UUID, c decisionRow) error {
	_, err := tx.Exec(ctx, `
		insert into bulk_cancels (id, social_worker_id, author_id, sealed_reason, cancelled, decided_at) values ($1, $2, $3, $4, $5, $6)`,
		c.ID, worker, c.AuthorID, c.SealedReason, c.Cancelled, c.DecidedAt)
	return err
}

func readDecisions(ctx context.Context, q postgres.Querier, worker uuid.UUID, most int) ([]decisionRow, error) {
	return postgres.All[decisionRow](ctx, q, `
		select id, author_id, sealed_reason, cancelled, decided_at from bulk_cancels
		where social_worker_id = $1 order by decided_at desc limit $2`, worker, most)
}

// Erase deletes the bulk cancels of a worker.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{`delete from bulk_cancels where social_worker_id = $1`}, person)
}
