package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func addToFigure(ctx context.Context, tx postgres.Tx, client uuid.UUID, month time.Time, f Figure) error {
	_, err := tx.Exec(ctx, `
		insert into client_figures (client_id, month, kind, line, people) values ($1, $2, $3, $4, 1)
		on conflict (client_id, month, kind, line) do update set people = client_figures.people + 1`, client, month, f.Kind, f.Line)
	return err
}

type figureRow struct {
	Month  time.Time
	Kind   Kind
	Line   string
	People int
}

// readFigures reads the counts of those months alone: what is not published does
// not leave the database.
func readFigures(ctx context.Context, q postgres.Querier, client uuid.UUID, months []time.Time) (map[cell]int, error) {
	rows, err := postgres.All[figureRow](ctx, q, `
		select month, kind, line, people from client_figures where client_id = $1 and month = any($2::date[])`, client, months)
	counts := make(map[cell]int, len(rows))
	for _, r := range rows {
		counts[cell{r.Month.UTC(), Figure{r.Kind, r.Line}}] = r.People
	}
	return counts, err
}

// contractRow is what figures need of a client.
type contractRow struct {
	Name     string
	StartsOn time.Time
	EndsOn   time.Time
}

func readOwnClient(ctx context.Context, q postgres.Querier, id uuid.UUID) (contractRow, error) {
	row, err := postgres.One[contractRow](ctx, q, `select name, starts_on, ends_on from clients where id = $1`, id)
	if postgres.NoRows(err) {
		return contractRow{}, fault.Wrap(fault.NotFound, err)
	}
	return row, err
}
