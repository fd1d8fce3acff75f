package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// AcceptsSince is an SQL expression on accounts a: an account must accept the texts that
// were published after this instant. Beneficiaries accept all texts, staff those published
// after their account was opened.
const AcceptsSince = `case when a.role = 'beneficiary' then '-infinity' else a.created_at end`

// AdultOwed is an SQL condition on accounts a: the person has to declare that they are an
// adult.
const AdultOwed = `(a.role = 'beneficiary' and a.adult_declared_at is null)`

type owedRow struct {
	Adult bool
	Since *time.Time // nil: any text
}

// ReadOwed reads what an account has to declare or accept.
func ReadOwed(ctx context.Context, q postgres.Querier, id uuid.UUID) (owedRow, error) {
	return postgres.One[owedRow](ctx, q, `
		select `+AdultOwed+` as adult, nullif(`+AcceptsSince+`, '-infinity') as since from accounts a where a.id = $1`, id)
}

// DeclareAdult records, once, that the person declares to be an adult.
func DeclareAdult(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set adult_declared_at = coalesce(adult_declared_at, $2) where id = $1`, id, tx.Now)
	return err
}
