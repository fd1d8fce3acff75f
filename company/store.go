package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

type clientRow struct {
	ID       uuid.UUID
	Name     string
	Slug     string
	StartsOn time.Time
	EndsOn   time.Time
	Modes    []string
	PerYear  int
	Sites    []string

	MailDomains []string
}

const selectClient = `
	select c.id, c.name, c.slug, c.starts_on, c.ends_on, c.modes, coalesce(c.per_year, 0) as per_year, c.sites, c.mail_domains from clients c `

func oneClient(ctx context.Context, q postgres.Querier, where string, args ...any) (Client, error) {
	row, err := postgres.One[clientRow](ctx, q, selectClient+where, args...)
	if postgres.NoRows(err) {
		return Client{}, viewer.ErrNoClient
	}
	return Client(row), err
}

func readClient(ctx context.Context, q postgres.Querier, id uuid.UUID) (Client, error) {
	return oneClient(ctx, q, `where c.id = $1`, id)
}

func readEnding(ctx context.Context, q postgres.Querier, from, to time.Time) ([]Client, error) {
	rows, err := postgres.All[clientRow](ctx, q, selectClient+`where c.ends_on between $1 and $2 order by c.ends_on, c.name`+postgres.French+`, c.id`, from, to)
	all := make([]Client, len(rows))
	for i, row := range rows {
		all[i] = Client(row)
	}
	return all, err
}

func lockClient(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Client, error) {
	return oneClient(ctx, tx, `where c.id = $1 for no key update`, id)
}

// runs is the SQL condition for a contract in force at the instant $2.
const runs = `($2::timestamptz at time zone 'Europe/Paris')::date between c.starts_on and c.ends_on`

func readBySlug(ctx context.Context, q postgres.Querier, slug string, now time.Time) (Client, error) {
	c, err := oneClient(ctx, q, `where c.slug = $1 and `+runs, slug, now)
	if fault.Is(err, fault.NotFound) {
		return Client{}, fault.Wrap(fault.NotFound, err) // without the words about an unknown client
	}
	return c, err
}

func readClients(ctx context.Context, q postgres.Querier, words string, most int) ([]Client, error) {
	rows, err := postgres.All[clientRow](ctx, q, selectClient+`
		where c.name ilike $1 or c.slug ilike $1 order by c.name`+postgres.French+`, c.id limit nullif($2, 0)`, "%"+postgres.EscapeLike(words)+"%", most)
	clients := make([]Client, len(rows))
	for i, row := range rows {
		clients[i] = Client(row)
	}
	return clients, err
}

func insertClient(ctx context.Context, tx postgres.Tx, c Client) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		insert into clients (name, slug, starts_on, ends_on, modes, per_year, sites, created_at, figures_since)
		values ($1, $2, $3, $4, $5, nullif($6, 0), coalesce($7, '{}'::text[]), $8, ($8::timestamptz at time zone 'Europe/Paris')::date) returning id`,
		c.Name, c.Slug, c.StartsOn, c.EndsOn, c.Modes, c.PerYear, c.Sites, tx.Now).Scan(&id)
	return id, orSlugTaken(err)
}

func updateClient(ctx context.Context, tx postgres.Tx, c Client) error {
	_, err := tx.Exec(ctx, `
		update clients set name = $2, slug = $3, starts_on = $4, ends_on = $5, modes = $6, per_year = nullif($7, 0), sites = coalesce($8, '{}'::text[])
		where id = $1`, c.ID, c.Name, c.Slug, c.StartsOn, c.EndsOn, c.Modes, c.PerYear, c.Sites)
	return orSlugTaken(err)
}

func orSlugTaken(err error) error {
	if postgres.Violates(err, "clients_slug_key") {
		return ErrSlugTaken
	}
	return err
}

func insertChange(ctx context.Context, tx postgres.Tx, before Client, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		insert into contract_changes (client_id, changed_at, changed_by, starts_on, ends_on, modes, per_year)
		values ($1, $2, $3, $4, $5, $6, nullif($7, 0))`,
		before.ID, tx.Now, postgres.OrNull(by), before.StartsOn, before.EndsOn, before.Modes, before.PerYear)
	return err
}

type changeRow struct {
	ChangedAt time.Time
	StartsOn  time.Time
	EndsOn    time.Time
	Modes     []string
	PerYear   int
}

func readChanges(ctx context.Context, q postgres.Querier, client uuid.UUID) ([]Change, error) {
	rows, err := postgres.All[changeRow](ctx, q, `
		select changed_at, starts_on, ends_on, modes, coalesce(per_year, 0) as per_year
		from contract_changes where client_id = $1 order by id desc limit 50`, client)
	changes := make([]Change, len(rows))
	for i, r := range rows {
		changes[i] = Change{Until: r.ChangedAt, Earlier: Contract{StartsOn: r.StartsOn, EndsOn: r.EndsOn, Modes: r.Modes, PerYear: r.PerYear}}
	}
	return changes, err
}
