package decision

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func insertDecision(ctx context.Context, tx postgres.Tx, id, account, author uuid.UUID, d Decision, sealed []byte, archived bool) error {
	_, err := tx.Exec(ctx, `
		insert into account_decisions (id, account_id, act, role, sealed_reason, archived, author_id, decided_at)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8)`, id, account, d.Act, d.Role, sealed, archived, author, tx.Now)
	return err
}

type decisionRow struct {
	ID           uuid.UUID
	Act          Act
	Role         viewer.Role
	SealedReason []byte
	Archived     bool
	AuthorID     uuid.UUID
	DecidedAt    time.Time
}

func readDecisions(ctx context.Context, q postgres.Querier, account uuid.UUID, most int) ([]decisionRow, error) {
	return postgres.All[decisionRow](ctx, q, `
		select id, act, coalesce(role, '') as role, sealed_reason, archived, author_id, decided_at
		from account_decisions where account_id = $1 order by decided_at desc, id limit $2`, account, most)
}

// archiveReason replaces a reason by the one that is sealed with the archive's key.
func archiveReason(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update account_decisions set sealed_reason = $2, archived = true where id = $1`, id, sealed)
	return err
}
