package report

import (
	"context"
	"time"

	"github.com/google/uuid"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

func insertReport(ctx context.Context, tx postgres.Tx, id, author uuid.UUID, r NewReport, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into account_reports (id, account_id, author_id, appointment_id, kind, sealed_text, reported_at)
		values ($1, $2, $3, $4, $5, $6, $7)`, id, r.AboutID, author, r.AppointmentID, r.Kind, sealed, tx.Now)
	return err
}

func countReports(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from account_reports where appointment_id = $1`, appointment).Scan(&n)
	return n, err
}

type reportRow struct {
	ID         uuid.UUID
	AccountID  uuid.UUID
	AuthorID   uuid.UUID
	Kind       ReportKind
	SealedText []byte
	Archived   bool
	ReportedAt time.Time
	HandledAt  *time.Time
	HandledBy  *uuid.UUID
}

const selectReport = `select id, account_id, author_id, kind, sealed_text, archived, reported_at, handled_at, handled_by from account_reports `

// readReports lists open reports first, oldest first, then handled ones, latest first.
func readReports(ctx context.Context, q postgres.Querier, most int) ([]reportRow, error) {
	return postgres.All[reportRow](ctx, q, selectReport+`
		order by handled_at is not null, case when handled_at is null then reported_at end, handled_at desc, id limit $1`, most)
}

func readReportsAbout(ctx context.Context, q postgres.Querier, account uuid.UUID, most int) ([]reportRow, error) {
	return postgres.All[reportRow](ctx, q, selectReport+`where account_id = $1 order by reported_at desc, id limit $2`, account, most)
}

// markReport returns whom the report is about, and whether its state changed. It fails
// with NotFound for an unknown report.
func markReport(ctx context.Context, tx postgres.Tx, id uuid.UUID, by *uuid.UUID) (about uuid.UUID, changed bool, err error) {
	err = tx.QueryRow(ctx, `select account_id, (handled_at is null) = ($2::uuid is not null) from account_reports where id = $1 for update`, id, by).Scan(&about, &changed)
	if postgres.NoRows(err) {
		return uuid.Nil, false, fault.New(fault.NotFound, "Ce signalement n’existe pas.")
	}
	if err != nil || !changed {
		return about, false, err
	}
	_, err = tx.Exec(ctx, `update account_reports set handled_by = $2, handled_at = case when $2::uuid is not null then $3::timestamptz end where id = $1`, id, by, tx.Now)
	return about, true, err
}

// archiveText replaces a text by the one that is sealed with the archive's key.
func archiveText(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update account_reports set sealed_text = $2, archived = true where id = $1`, id, sealed)
	return err
}

// CountOpen returns how many reports nobody has handled yet.
func CountOpen(ctx context.Context, q postgres.Querier) (n int, err error) {
	err = q.QueryRow(ctx, `select count(*) from account_reports where handled_at is null`).Scan(&n)
	return n, err
}
