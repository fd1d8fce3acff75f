package signaling

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func deleteAdmissions(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from call_admissions where account_id = $1`, person)
	return err
}

func deleteBefore(ctx context.Context, tx postgres.Tx, before time.Time) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from call_attendances where joined_at < $1`,
		`delete from call_admissions where admitted_at < $1`,
	}, before)
}
