package age

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type ageRow struct {
	ID           uuid.UUID
	SealedReason []byte
	AskedAt      time.Time
	DueOn        time.Time
	Outcome      Outcome
	SettledAt    *time.Time
}

func insertAgeCheck(ctx context.Context, tx postgres.Tx, id, account, author uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into age_checks (id, account_id, sealed_reason, asked_by, asked_at, due_on)
		values ($1, $2, $3, $4, $5, ($5::timestamptz at time zone $7)::date + $6::int)`, id, account, sealed, author, tx.Now, ageDays, zone.Default)
	if postgres.Violates(err, "age_checks_waiting_key") {
		return errAgeAsked
	}
	return err
}

func settleAgeCheck(ctx context.Context, tx postgres.Tx, account, author uuid.UUID, outcome Outcome) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		update age_checks set outcome = $2, settled_by = $3, settled_at = $4 where account_id = $1 and outcome is null returning id`,
		account, outcome, author, tx.Now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errAgeSettled
	}
	return id, err
}

func readAgeChecks(ctx context.Context, q postgres.Querier, account uuid.UUID) ([]ageRow, error) {
	return postgres.All[ageRow](ctx, q, `
		select id, sealed_reason, asked_at, due_on, coalesce(outcome, '') as outcome, settled_at
		from age_checks where account_id = $1 order by asked_at desc limit 20`, account)
}

// ReadOpen returns until when a person has to prove their age, nil if nobody asked for it.
func ReadOpen(ctx context.Context, q postgres.Querier, account uuid.UUID) (due *time.Time, err error) {
	err = q.QueryRow(ctx, `select max(due_on) from age_checks where account_id = $1 and outcome is null`, account).Scan(&due)
	return due, err
}

// ReadOverdue lists the accounts whose proof of age was due before a day, the longest ago first.
func ReadOverdue(ctx context.Context, q postgres.Querier, day time.Time, most int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `select account_id from age_checks where outcome is null and due_on < $1 order by due_on, account_id limit $2`, day, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// Erase deletes the requests for a person's proof of age.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from age_checks where account_id = $1`, id)
	return err
}
