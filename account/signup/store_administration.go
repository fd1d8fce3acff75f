package signup

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
)

// refusalYears is how long a refusal of sign-up lasts. An administrator may end it sooner, or
// decide it again afterwards.
const refusalYears = 2

// InsertRefusals saves a refusal of sign-up by its digests.
func InsertRefusals(ctx context.Context, tx postgres.Tx, account uuid.UUID, hashes [][]byte) error {
	_, err := tx.Exec(ctx, `
		insert into refused_sign_ups (hash, account_id, until) select unnest($1::bytea[]), $2::uuid, $3::timestamptz
		on conflict (hash, account_id) do update set until = excluded.until`, hashes, account, tx.Now.AddDate(refusalYears, 0, 0))
	return err
}

// DeleteRefusals ends a refusal.
func DeleteRefusals(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from refused_sign_ups where account_id = $1`, account)
	return err
}

// readRefusedPeople lists the people to whom sign-up is refused.
func readRefusedPeople(ctx context.Context, tx postgres.Tx) (map[uuid.UUID]people.Person, error) {
	rows, err := postgres.All[struct{ AccountID uuid.UUID }](ctx, tx, `select distinct account_id from refused_sign_ups`)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	return people.ReadAll(ctx, tx, ids)
}

func replaceRefusal(ctx context.Context, tx postgres.Tx, former, hash []byte) error {
	_, err := tx.Exec(ctx, `update refused_sign_ups set hash = $2 where hash = $1`, former, hash)
	return err
}

// RefusedUntil returns when the refusal of sign-up to a person ends, nil if there is none.
func RefusedUntil(ctx context.Context, q postgres.Querier, account uuid.UUID, now time.Time) (until *time.Time, err error) {
	err = q.QueryRow(ctx, `select max(until) from refused_sign_ups where account_id = $1 and until > $2`, account, now).Scan(&until)
	return until, err
}

// EndingRefusals lists the accounts whose refusal of sign-up ends before an instant, the first
// end first.
func EndingRefusals(ctx context.Context, q postgres.Querier, now, before time.Time, most int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		select account_id from refused_sign_ups where until > $1 and until <= $2
		group by account_id order by min(until), account_id limit $3`, now, before, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func anyRefused(ctx context.Context, q postgres.Querier, hashes [][]byte, now time.Time) (refused bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from refused_sign_ups where hash = any($1) and until > $2)`, hashes, now).Scan(&refused)
	return refused, err
}

func sweepRefusals(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from refused_sign_ups where until <= $1`, tx.Now)
	return err
}
