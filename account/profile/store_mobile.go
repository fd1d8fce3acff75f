package profile

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

const selectMobile = `
	select coalesce(mobile, '') as number, mobile_validated_at is not null as proved,
	       exists (select from sms_challenges c
	               where c.account_id = a.id and c.purpose = 'mobile' and c.used_at is null and c.expires_at > $2) as sent
	from accounts a where id = $1 `

func readMobile(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) (Mobile, error) {
	return oneMobile(ctx, q, selectMobile, id, now)
}

// lockMobile returns the number and locks the account's row until the transaction ends.
func lockMobile(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Mobile, error) {
	return oneMobile(ctx, tx, selectMobile+`for no key update`, id, tx.Now)
}

func oneMobile(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID, now time.Time) (Mobile, error) {
	m, err := postgres.One[Mobile](ctx, q, sql, id, now)
	if postgres.NoRows(err) {
		return Mobile{}, fault.Wrap(fault.NotFound, err)
	}
	return m, err
}
