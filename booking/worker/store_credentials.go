package worker

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type credentialRow struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Kind           CredentialKind
	Title          string
	Register       string
	Number         string
	Issuer         string
	CheckedOn      *time.Time
	ValidFrom      *time.Time
	ValidUntil     *time.Time
	SubmittedBy    *uuid.UUID
	SubmittedAt    time.Time
	ConfirmedBy    *uuid.UUID
	ConfirmedAt    *time.Time
	WithdrawnBy    *uuid.UUID
	WithdrawnAt    *time.Time
}

func (r credentialRow) credential() Credential {
	return Credential{
		ID: r.ID, SocialWorkerID: r.SocialWorkerID, Kind: r.Kind, Title: r.Title, Register: r.Register, Number: r.Number, Issuer: r.Issuer,
		CheckedOn: postgres.OrZero(r.CheckedOn), From: postgres.OrZero(r.ValidFrom), Until: postgres.OrZero(r.ValidUntil),
		SubmittedBy: postgres.OrZero(r.SubmittedBy), SubmittedAt: r.SubmittedAt, ConfirmedBy: postgres.OrZero(r.ConfirmedBy), ConfirmedAt: postgres.OrZero(r.ConfirmedAt),
		WithdrawnBy: postgres.OrZero(r.WithdrawnBy), WithdrawnAt: postgres.OrZero(r.WithdrawnAt),
	}
}

// ReadCredentials lists all credentials ever recorded for the workers, latest first.
func ReadCredentials(ctx context.Context, q postgres.Querier, workers ...uuid.UUID) (Credentials, error) {
	rows, err := postgres.All[credentialRow](ctx, q, `
		select id, social_worker_id, kind, title, register, number, issuer, checked_on, valid_from, valid_until, submitted_by, submitted_at,
		       confirmed_by, confirmed_at, withdrawn_by, withdrawn_at
		from credentials where social_worker_id = any($1) order by submitted_at desc, id`, workers)
	all := make(Credentials, len(rows))
	for i, row := range rows {
		all[i] = row.credential()
	}
	return all, err
}

func insertCredential(ctx context.Context, tx postgres.Tx, c Credential) error {
	_, err := tx.Exec(ctx, `
		insert into credentials (id, social_worker_id, kind, title, register, number, issuer, checked_on, valid_from, valid_until,
		                         submitted_by, submitted_at, confirmed_by, confirmed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		c.ID, c.SocialWorkerID, c.Kind, c.Title, c.Register, c.Number, c.Issuer, postgres.OrNull(c.CheckedOn), postgres.OrNull(c.From), postgres.OrNull(c.Until),
		postgres.OrNull(c.SubmittedBy), c.SubmittedAt, postgres.OrNull(c.ConfirmedBy), postgres.OrNull(c.ConfirmedAt))
	return err
}

func confirmCredential(ctx context.Context, tx postgres.Tx, id, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `update credentials set confirmed_by = $2, confirmed_at = $3 where id = $1`, id, postgres.OrNull(by), tx.Now)
	return err
}

func withdrawCredential(ctx context.Context, tx postgres.Tx, id, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `update credentials set withdrawn_by = $2, withdrawn_at = $3 where id = $1`, id, postgres.OrNull(by), tx.Now)
	return err
}

// CoveredAt is the SQL condition for workers whose credentials of both kinds are valid at an
// instant; now is its placeholder.
func CoveredAt(now string) string {
	return `(select count(distinct c.kind) from credentials c
		where c.social_worker_id = account_id and c.confirmed_at is not null and c.withdrawn_at is null
		  and (c.valid_from is null or c.valid_from <= (` + now + `::timestamptz at time zone time_zone)::date)
		  and (c.valid_until is null or c.valid_until >= (` + now + `::timestamptz at time zone time_zone)::date)) = 2`
}

func readEveryWorker(ctx context.Context, q postgres.Querier) ([]Row, error) {
	return postgres.All[Row](ctx, q, `select `+Columns+` from social_workers order by account_id`)
}

// markAnnounced records that an end is announced. first is false if it was announced before.
func markAnnounced(ctx context.Context, tx postgres.Tx, worker uuid.UUID, c Cover, step int) (first bool, err error) {
	tag, err := tx.Exec(ctx, `
		insert into credential_announcements (social_worker_id, kind, valid_until, step, sent_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		worker, c.Kind, c.Until, step, tx.Now)
	return tag.RowsAffected() > 0, err
}

func isCovered(ctx context.Context, q postgres.Querier, worker uuid.UUID, now time.Time) (valid bool, err error) {
	err = q.QueryRow(ctx, `select `+CoveredAt("$2")+` from social_workers where account_id = $1`, worker, now).Scan(&valid)
	return valid, err
}
