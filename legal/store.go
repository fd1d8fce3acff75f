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

// columns are a text without its Markdown, with a zero time as the date of a draft.
const columns = `id, kind, version, changes, starting, coalesce(published_at, '0001-01-01T00:00:00Z'::timestamptz) as published_at, revision`

const selectText = `select markdown, ` + columns + ` from legal_texts `

// latest orders versions by publication, latest first.
const latest = ` order by published_at desc, length(version) desc, version desc `

func readInForce(ctx context.Context, q postgres.Querier, kind Kind, now time.Time) (Text, error) {
	text, err := postgres.One[Text](ctx, q, selectText+`where kind = $1 and legal_texts.published_at <= $2`+latest+`limit 1`, kind, now)
	if err != nil {
		return Text{}, fmt.Errorf("legal text %s in force: %w", kind, err)
	}
	return text, nil
}

func readVersion(ctx context.Context, q postgres.Querier, kind Kind, version string) (Text, error) {
	return postgres.One[Text](ctx, q, selectText+`where kind = $1 and version = $2`, kind, version)
}

func readVersions(ctx context.Context, q postgres.Querier, kind Kind, now time.Time) ([]Text, error) {
	return postgres.All[Text](ctx, q, `
		select '' as markdown, `+columns+` from legal_texts
		where kind = $1 and legal_texts.published_at <= $2`+latest, kind, now)
}

// readNext returns the draft of a kind, or its version to come. It fails with pgx.ErrNoRows
// when there is neither.
func readNext(ctx context.Context, q postgres.Querier, kind Kind, now time.Time) (Text, error) {
	return postgres.One[Text](ctx, q, selectText+`where kind = $1 and (legal_texts.published_at is null or legal_texts.published_at > $2)`, kind, now)
}

func readDue(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) ([]Text, error) {
	return postgres.All[Text](ctx, q, selectText+`
		join texts_due($1, $2) on kind = due_kind and version = due_version
		order by kind desc`, person, now)
}

// readNews lists the texts of which somebody is to be informed, among those published after
// since.
func readNews(ctx context.Context, q postgres.Querier, person uuid.UUID, since, now time.Time) ([]Text, error) {
	return postgres.All[Text](ctx, q, selectText+`
		join texts_news($1, $2, $3) on kind = news_kind and version = news_version
		order by kind desc`, person, since, now)
}

// insertSeen records that somebody has seen a published text.
func insertSeen(ctx context.Context, tx postgres.Tx, person uuid.UUID, kind Kind, version string) error {
	_, err := tx.Exec(ctx, `
		insert into legal_seen (account_id, kind, version, seen_at)
		select $1, kind, version, $4 from legal_texts where kind = $2 and version = $3 and published_at <= $4
		on conflict do nothing`, person, kind, version, tx.Now)
	return err
}

// lockTexts locks texts against other changes until the transaction ends. Readers do not wait.
func lockTexts(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `lock table legal_texts in share row exclusive mode`)
	return err
}

func insertDraft(ctx context.Context, tx postgres.Tx, kind Kind, w Words) error {
	_, err := tx.Exec(ctx, `
		insert into legal_texts (kind, version, markdown, changes, starting)
		select $1::text, (1 + coalesce(max(version::int), 0))::text, $2, $3, false from legal_texts where kind = $1::text`, kind, w.Markdown, w.Changes)
	return err
}

func updateDraft(ctx context.Context, tx postgres.Tx, id uuid.UUID, w Words) error {
	_, err := tx.Exec(ctx, `update legal_texts set markdown = $2, changes = $3, revision = revision + 1 where id = $1`, id, w.Markdown, w.Changes)
	return err
}

func deleteDraft(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from legal_texts where id = $1`, id)
	return err
}

func setPublished(ctx context.Context, tx postgres.Tx, id uuid.UUID, at time.Time) error {
	_, err := tx.Exec(ctx, `update legal_texts set published_at = $2 where id = $1`, id, at)
	return err
}

func clearPublished(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update legal_texts set published_at = null where id = $1`, id)
	return err
}

func insertAcceptance(ctx context.Context, tx postgres.Tx, account uuid.UUID, t Text, wording string) error {
	_, err := tx.Exec(ctx, `
		insert into legal_acceptances (account_id, kind, version, wording, accepted_at) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, account, t.Kind, t.Version, wording, tx.Now)
	return err
}
