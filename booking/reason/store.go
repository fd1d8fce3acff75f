package reason

import (
	"context"

	"socialdirect/internal/postgres"
)

// inOrder is the order of the reasons: Other is the last one.
const inOrder = ` order by slug = 'other', position, slug`

// Read lists the reasons that are offered, in their order.
func Read(ctx context.Context, q postgres.Querier) ([]Reason, error) {
	return postgres.All[Reason](ctx, q, `select slug, label, retired from reasons where not retired`+inOrder)
}

const selectAll = `select slug, label, retired from reasons` + inOrder

func readAll(ctx context.Context, q postgres.Querier) ([]Reason, error) {
	return postgres.All[Reason](ctx, q, selectAll)
}

// lock reads the whole list and locks it, so that other changes wait.
func lock(ctx context.Context, tx postgres.Tx) ([]Reason, error) {
	if _, err := tx.Exec(ctx, `lock table only reasons in share row exclusive mode`); err != nil {
		return nil, err
	}
	return postgres.All[Reason](ctx, tx, selectAll)
}

func insert(ctx context.Context, tx postgres.Tx, r Reason) error {
	_, err := tx.Exec(ctx, `
		insert into reasons (slug, label, position) select $1, $2, coalesce(max(position), 0) + 1 from reasons`, r.Slug, r.Label)
	return known(err)
}

func known(err error) error {
	if postgres.Violates(err, "reasons_pkey") || postgres.Violates(err, "reasons_label_key") {
		return errKnown
	}
	return err
}

func rename(ctx context.Context, tx postgres.Tx, slug, label string) (found bool, err error) {
	tag, err := tx.Exec(ctx, `update reasons set label = $2 where slug = $1`, slug, label)
	return tag.RowsAffected() > 0, known(err)
}

func retire(ctx context.Context, tx postgres.Tx, slug string, retired bool) (found bool, err error) {
	tag, err := tx.Exec(ctx, `update reasons set retired = $2 where slug = $1`, slug, retired)
	return tag.RowsAffected() > 0, err
}

func order(ctx context.Context, tx postgres.Tx, slugs []string) error {
	_, err := tx.Exec(ctx, `update reasons set position = array_position($1::text[], slug) where slug = any($1)`, slugs)
	return err
}
