package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type clientRow struct {
	ID       uuid.UUID
	Name     string
	Slug     string
	StartsOn time.Time
	EndsOn   time.Time
}

func (r clientRow) client() Client {
	return Client{ID: r.ID, Name: r.Name, Slug: r.Slug, StartsOn: r.StartsOn, EndsOn: r.EndsOn}
}

func insertClient(ctx context.Context, tx postgres.Tx, c Client) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		insert into clients (name, slug, starts_on, ends_on, created_at) values ($1, $2, $3, $4, $5) returning id`,
		c.Name, c.Slug, c.StartsOn, c.EndsOn, tx.Now).Scan(&id)
	if postgres.Violates(err, "clients_slug_key") {
		return uuid.Nil, ErrSlugTaken
	}
	return id, err
}

func insertCode(ctx context.Context, tx postgres.Tx, c Code) error {
	tag, err := tx.Exec(ctx, `
		insert into connection_codes (code, client_id, expires_at, created_at)
		select $1, id, $3, $4 from clients where id = $2`, c.Code, c.ClientID, c.ExpiresAt, tx.Now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "Cette entreprise n’existe pas.")
	}
	return err
}

// contractDay is today where the contracts are signed.
const contractDay = `($2::timestamptz at time zone 'Europe/Paris')::date`

// lockCode finds the client of a code that opens accounts now, and holds both
// until the transaction ends.
func lockCode(ctx context.Context, tx postgres.Tx, code string) (client uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		select c.id from connection_codes k join clients c on c.id = k.client_id
		where k.code = $1 and k.expires_at > $2 and `+contractDay+` between c.starts_on and c.ends_on
		for share`, code, tx.Now).Scan(&client)
	return client, err
}

func readBySlug(ctx context.Context, q postgres.Querier, slug string, now time.Time) (Client, error) {
	row, err := postgres.One[clientRow](ctx, q, `
		select c.id, c.name, c.slug, c.starts_on, c.ends_on from clients c
		where c.slug = $1 and `+contractDay+` between c.starts_on and c.ends_on`, slug, now)
	if postgres.NoRows(err) {
		return Client{}, fault.Wrap(fault.NotFound, err)
	}
	return row.client(), err
}

func readClients(ctx context.Context, q postgres.Querier) ([]Client, error) {
	rows, err := postgres.All[clientRow](ctx, q, `select id, name, slug, starts_on, ends_on from clients order by name, id`)
	if err != nil {
		return nil, err
	}
	codes, err := postgres.All[Code](ctx, q, `select code, client_id, expires_at from connection_codes order by expires_at desc, code`)
	if err != nil {
		return nil, err
	}
	byClient := map[uuid.UUID][]Code{}
	for _, code := range codes {
		byClient[code.ClientID] = append(byClient[code.ClientID], code)
	}
	clients := make([]Client, len(rows))
	for i, row := range rows {
		clients[i] = row.client()
		clients[i].Codes = byClient[row.ID]
	}
	return clients, nil
}
