package account

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// acceptsSince is the instant after which texts must have been published for an
// account of accounts a to be asked to accept them: any for a person who consults,
// the account's opening for staff.
const acceptsSince = `case when a.role = 'beneficiary' then '-infinity' else a.created_at end`

// adultOwed is whether an account of accounts a has still to say that its person
// is an adult.
const adultOwed = `(a.role = 'beneficiary' and a.adult_declared_at is null)`

type owedRow struct {
	Adult bool
	Since *time.Time // nil: any text
}

// readOwed reads what an account has still to say.
func readOwed(ctx context.Context, q postgres.Querier, id uuid.UUID) (owedRow, error) {
	return postgres.One[owedRow](ctx, q, `
		select `+adultOwed+` as adult, nullif(`+acceptsSince+`, '-infinity') as since from accounts a where a.id = $1`, id)
}

func declareAdult(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set adult_declared_at = coalesce(adult_declared_at, $2) where id = $1`, id, tx.Now)
	return err
}
