package figures

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func addToFigure(ctx context.Context, tx postgres.Tx, client uuid.UUID, period time.Time, f figure) error {
	_, err := tx.Exec(ctx, `
		insert into client_figures (client_id, period, kind, line, people) values ($1, $2, $3, $4, 1)
		on conflict (client_id, period, kind, line) do update set people = client_figures.people + 1`, client, period, f.Kind, f.Line)
	return err
}

// takeCounts deletes the counts of a table in a period and returns them by line.
func takeCounts(ctx context.Context, tx postgres.Tx, of periodOf) (map[string]int, error) {
	rows, err := postgres.All[struct {
		Line   string
		People int
	}](ctx, tx, `
		delete from client_figures where client_id = $1 and kind = $2 and period = $3 returning line, people`, of.Client, of.Kind, of.Period)
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Line] = r.People
	}
	return counts, err
}

// forgetCounts deletes the counts of past periods that no contract published.
func forgetCounts(ctx context.Context, q postgres.Querier, now time.Time) error {
	_, err := q.Exec(ctx, `
		delete from client_figures
		where (period + case when kind = 'account' then interval '1 month' else interval '1 year' end + make_interval(days => $2))
		      at time zone 'Europe/Paris' <= $1`, now, publicationDay-1)
	return err
}

func insertPublished(ctx context.Context, tx postgres.Tx, of periodOf, line string, value Published) error {
	_, err := tx.Exec(ctx, `
		insert into published_figures (client_id, kind, period, line, steps) values ($1, $2, $3, $4, $5)`,
		of.Client, of.Kind, of.Period, line, int(value))
	return err
}

func isPublished(ctx context.Context, q postgres.Querier, of periodOf) (done bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from published_figures where client_id = $1 and kind = $2 and period = $3)`, of.Client, of.Kind, of.Period).Scan(&done)
	return done, err
}

// readPublishedPeriods returns the published periods of all clients.
func readPublishedPeriods(ctx context.Context, q postgres.Querier) (map[periodOf]bool, error) {
	rows, err := postgres.All[struct {
		ClientID uuid.UUID
		Kind     Kind
		Period   time.Time
	}](ctx, q, `select distinct client_id, kind, period from published_figures`)
	published := make(map[periodOf]bool, len(rows))
	for _, r := range rows {
		published[periodOf{r.ClientID, r.Kind, r.Period.UTC()}] = true
	}
	return published, err
}

func readPublished(ctx context.Context, q postgres.Querier, client uuid.UUID) (map[cell]Published, error) {
	rows, err := postgres.All[struct {
		Kind   Kind
		Period time.Time
		Line   string
		Steps  int
	}](ctx, q, `select kind, period, line, steps from published_figures where client_id = $1`, client)
	published := make(map[cell]Published, len(rows))
	for _, r := range rows {
		published[cell{r.Period.UTC(), figure{r.Kind, r.Line}}] = Published(r.Steps)
	}
	return published, err
}

// figured is what this package needs of a client.
type figured struct {
	ID       uuid.UUID
	Name     string
	StartsOn time.Time
	EndsOn   time.Time
	Since    time.Time // nothing earlier is published
}

const selectFigured = `select id, name, starts_on, ends_on, figures_since as since from clients `

func readFigured(ctx context.Context, q postgres.Querier, id uuid.UUID) (figured, error) {
	row, err := postgres.One[figured](ctx, q, selectFigured+`where id = $1`, id)
	if postgres.NoRows(err) {
		return figured{}, fault.Wrap(fault.NotFound, err)
	}
	return row, err
}

func readAllFigured(ctx context.Context, q postgres.Querier) ([]figured, error) {
	return postgres.All[figured](ctx, q, selectFigured+`order by id`)
}

// lockNoiseKey returns the digest of the first key, and saves this one if there was none. It
// locks the digest until the transaction ends.
func lockNoiseKey(ctx context.Context, tx postgres.Tx, digest []byte) (first []byte, err error) {
	if _, err := tx.Exec(ctx, `insert into noise_keys (digest) values ($1) on conflict do nothing`, digest); err != nil {
		return nil, err
	}
	err = tx.QueryRow(ctx, `select digest from noise_keys for no key update`).Scan(&first)
	return first, err
}
