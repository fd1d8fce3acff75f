package legal

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func insertFirst(ctx context.Context, tx postgres.Tx, t Text) error {
	_, err := tx.Exec(ctx, `
		insert into legal_texts (kind, version, markdown, starting, published_at)
		select $1::text, $2, $3, $4, $5::timestamptz where not exists (select 1 from legal_texts where kind = $1::text)
		on conflict do nothing`, t.Kind, t.Version, t.Markdown, t.Starting, tx.Now)
	return err
}

const selectText = `select kind, version, markdown, starting, published_at from legal_texts `

func readInForce(ctx context.Context, q postgres.Querier, kind Kind, now time.Time) (Text, error) {
	text, err := postgres.One[Text](ctx, q, selectText+`
		where kind = $1 and published_at <= $2 order by published_at desc, version desc limit 1`, kind, now)
	if err != nil {
		return Text{}, fmt.Errorf("legal text %s in force: %w", kind, err)
	}
	return text, nil
}

func readVersion(ctx context.Context, q postgres.Querier, kind Kind, version string, now time.Time) (Text, error) {
	return postgres.One[Text](ctx, q, selectText+`where kind = $1 and version = $2 and published_at <= $3`, kind, version, now)
}

func readVersions(ctx context.Context, q postgres.Querier, kind Kind, now time.Time) ([]Text, error) {
	return postgres.All[Text](ctx, q, `
		select kind, version, '' as markdown, starting, published_at from legal_texts
		where kind = $1 and published_at <= $2 order by published_at desc, version desc`, kind, now)
}

func insertAcceptance(ctx context.Context, tx postgres.Tx, account uuid.UUID, t Text, wording string) error {
	_, err := tx.Exec(ctx, `
		insert into legal_acceptances (account_id, kind, version, wording, accepted_at) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, account, t.Kind, t.Version, wording, tx.Now)
	return err
}
