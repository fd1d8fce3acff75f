package signup

import (
	"context"

	"github.com/google/uuid"

	"socialdirect/internal/postgres"
)

// noteLinkSent records that the switchboard sent a person their link.
func noteLinkSent(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update assisted_signups set sent_at = $2 where account_id = $1`, id, tx.Now)
	return err
}

// EraseSignUp deletes who signed a person up and in which browser. A refusal of sign-up stays
// until its own end: otherwise a request for erasure would undo it (R7).
func EraseSignUp(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from assisted_signups where account_id = $1`,
		`delete from sign_up_browsers where account_id = $1`,
	}, id)
}
