package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// AcceptsSince is the instant after which texts must have been published for an
// account of accounts a to be asked to accept them: any for a person who consults,
// the account's opening for staff.
const AcceptsSince = `case when a.role = 'beneficiary' then '-infinity' else a.created_at end`

// AdultOwed is whether an account of accounts a has still to say that its person
// is an adult.
const AdultOwed = `(a.role = 'beneficiary' and a.adult_declared_at is null)`

type owedRow struct {
	Adult bool
	Since *time.Time // nil: any text
}

// ReadOwed reads what an account has still to say.
func ReadOwed(ctx context.Context, q postgres.Querier, id uuid.UUID) (owedRow, error) {
	return postgres.One[owedRow](ctx, q, `
		select `+AdultOwed+` as adult, nullif(`+AcceptsSince+`, '-infinity') as since from accounts a where a.id = $1`, id)
}

// DeclareAdult notes, once, that the person says that they are an adult.
func DeclareAdult(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set adult_declared_at = coalesce(adult_declared_at, $2) where id = $1`, id, tx.Now)
	return err
}
