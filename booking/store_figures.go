package booking

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// firsts says what a booking is the person's first of the month in.
type firsts struct{ OfMode, OfReason bool }

func readFirsts(ctx context.Context, tx postgres.Tx, beneficiary, id uuid.UUID, r Request) (firsts, error) {
	from, to := company.CountingMonth(tx.Now)
	return postgres.One[firsts](ctx, tx, `
		select not coalesce(bool_or(mode = $5), false) as of_mode, not coalesce(bool_or(reason = $6), false) as of_reason
		from appointments where beneficiary_id = $1 and id <> $2 and booked_at >= $3 and booked_at < $4`,
		beneficiary, id, from, to, r.Mode, r.Reason)
}
