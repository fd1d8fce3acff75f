package signaling

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func deleteAdmissions(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from call_admissions where account_id = $1`, person)
	return err
}
