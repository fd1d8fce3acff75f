package echo

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
)

// insertReport stores a report; it returns false if its reference is in use.
func insertReport(ctx context.Context, tx postgres.Tx, r TestReport) (stored bool, err error) {
	done, err := tx.Exec(ctx, `insert into call_tests (reference, sent_at, browser, results)
		values ($1, $2, $3, $4) on conflict do nothing`, r.Reference, r.SentAt, r.Browser, r.Results)
	return done.RowsAffected() > 0, err
}

func hasReport(ctx context.Context, q postgres.Querier, reference string, after time.Time) (found bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from call_tests where reference = $1 and sent_at > $2)`, reference, after).Scan(&found)
	return found, err
}

func readReports(ctx context.Context, q postgres.Querier, after time.Time, offset, most int) ([]TestReport, error) {
	return postgres.All[TestReport](ctx, q, `select reference, sent_at, browser, results from call_tests
		where sent_at > $1 order by sent_at desc, reference offset $2 limit $3`, after, offset, most)
}

func deleteReports(ctx context.Context, tx postgres.Tx, until time.Time) error {
	_, err := tx.Exec(ctx, `delete from call_tests where sent_at <= $1`, until)
	return err
}
