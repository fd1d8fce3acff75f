package people

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// InformedSince is an SQL expression on accounts a: the person is informed of the texts that
// were published after this instant.
const InformedSince = `a.created_at`

// AdultOwed is an SQL condition on accounts a: the person has to declare that they are an
// adult.
const AdultOwed = `(a.role = 'beneficiary' and a.adult_declared_at is null)`

// ReadAdultOwed reports whether an account has to declare that its person is an adult.
func ReadAdultOwed(ctx context.Context, q postgres.Querier, id uuid.UUID) (owed bool, err error) {
	err = q.QueryRow(ctx, `select `+AdultOwed+` from accounts a where a.id = $1`, id).Scan(&owed)
	return owed, err
}

// DeclareAdult records, once, that the person declares to be an adult.
func DeclareAdult(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set adult_declared_at = coalesce(adult_declared_at, $2) where id = $1`, id, tx.Now)
	return err
}
