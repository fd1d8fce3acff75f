package signaling

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readAdmitted reports whether the account was admitted to a call.
func readAdmitted(ctx context.Context, q postgres.Querier, appointment, account uuid.UUID) (admitted bool, err error) {
	err = q.QueryRow(ctx, `select exists (
		select from call_admissions where appointment_id = $1 and account_id = $2)`, appointment, account).Scan(&admitted)
	return admitted, err
}

// insertAdmission stores the first admission of the account to a call.
func insertAdmission(ctx context.Context, q postgres.Querier, appointment, account uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `insert into call_admissions (appointment_id, account_id, admitted_at)
		values ($1, $2, $3) on conflict do nothing`, appointment, account, now)
	return err
}

// readCame reports whether the account was in a call.
func readCame(ctx context.Context, q postgres.Querier, appointment, account uuid.UUID) (came bool, err error) {
	err = q.QueryRow(ctx, `select exists (
		select from call_attendances where appointment_id = $1 and account_id = $2)`, appointment, account).Scan(&came)
	return came, err
}

// insertAttendance records that somebody joined (R23).
func insertAttendance(ctx context.Context, q postgres.Querier, id, appointment, account uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `insert into call_attendances (id, appointment_id, account_id, joined_at)
		values ($1, $2, $3, $4)`, id, appointment, account, now)
	return err
}

// endAttendance records that they left.
func endAttendance(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `update call_attendances set left_at = greatest(joined_at, $2) where id = $1`, id, now)
	return err
}
