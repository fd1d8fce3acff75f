package legal

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func deleteSeen(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from legal_seen where account_id = $1`, account)
	return err
}

func takeAcceptances(ctx context.Context, tx postgres.Tx, account uuid.UUID) ([]Acceptance, error) {
	return postgres.All[Acceptance](ctx, tx, `
		with taken as (delete from legal_acceptances where account_id = $1 returning kind, version, wording, accepted_at)
		select kind, version, wording, accepted_at from taken order by accepted_at, kind`, account)
}
