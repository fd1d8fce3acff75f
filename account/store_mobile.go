package account

import (
	"context"
	"time"

	"socialdirect/account/limit"
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

// lockMobile keeps the number as it is until the transaction ends.
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

// replaceMobileChallenge makes the account's one open code for its number.
func replaceMobileChallenge(ctx context.Context, tx postgres.Tx, hash []byte, id uuid.UUID, counted limit.Throttle) (challenge uuid.UUID, err error) {
	if err := dropMobileChallenge(ctx, tx, id); err != nil {
		return uuid.Nil, err
	}
	err = tx.QueryRow(ctx, `
		insert into sms_challenges (token_hash, account_id, expires_at, counted, purpose) values ($1, $2, $3, $4, 'mobile') returning id`,
		hash, id, tx.Now.Add(CodeLifetime), counted.Key).Scan(&challenge)
	return challenge, err
}

func dropMobileChallenge(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sms_challenges where account_id = $1 and purpose = 'mobile'`, id)
	return err
}

func lockMobileChallenge(ctx context.Context, tx postgres.Tx, id uuid.UUID) (challengeRow, error) {
	return postgres.One[challengeRow](ctx, tx, selectChallenge+`and account_id = $1 and purpose = 'mobile' for update`, id, tx.Now)
}

// eraseCodes forgets the codes that were sent to a person.
func eraseCodes(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sms_challenges where account_id = $1`, id)
	return err
}
