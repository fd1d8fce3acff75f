package company

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type codeRow struct {
	ID         uuid.UUID
	Code       string
	ClientID   uuid.UUID
	ExpiresAt  time.Time
	MaxUses    int
	NearlyUsed *time.Time // when it was so, rounded; nil before
	Site       string
	Label      string
	CreatedAt  time.Time
	Revoked    bool
	Replaced   bool
}

func (r codeRow) code(now time.Time) Code {
	c := Code{
		ID: r.ID, Code: r.Code, ClientID: r.ClientID, ExpiresAt: r.ExpiresAt, MaxUses: r.MaxUses,
		Site: r.Site, Label: r.Label, IssuedAt: r.CreatedAt, Replaced: r.Replaced,
	}
	switch {
	case r.Revoked:
		c.State = Revoked
	case !r.ExpiresAt.After(now):
		c.State = Expired
	case r.NearlyUsed != nil && !now.Before(publishedOn(monthOf(*r.NearlyUsed))):
		c.State = UsedUp
	default:
		c.State = Valid
	}
	return c
}

const selectCode = `
	select k.id, k.code, k.client_id, k.expires_at, coalesce(k.max_uses, 0) as max_uses, k.nearly_used_at as nearly_used,
	       k.site, k.label, k.created_at, k.revoked_at is not null as revoked, k.replaced_by is not null as replaced
	from connection_codes k `

func readCodes(ctx context.Context, q postgres.Querier, client uuid.UUID, now time.Time) ([]Code, error) {
	rows, err := postgres.All[codeRow](ctx, q, selectCode+`where k.client_id = $1 order by k.created_at desc, k.id`, client)
	codes := make([]Code, len(rows))
	for i, row := range rows {
		codes[i] = row.code(now)
	}
	return codes, err
}

func readCode(ctx context.Context, q postgres.Querier, client, code uuid.UUID, now time.Time) (Code, error) {
	return oneCode(ctx, q, `where k.client_id = $1 and k.id = $2`, client, code, now)
}

func lockCode(ctx context.Context, tx postgres.Tx, client, code uuid.UUID) (Code, error) {
	return oneCode(ctx, tx, `where k.client_id = $1 and k.id = $2 for no key update`, client, code, tx.Now)
}

func oneCode(ctx context.Context, q postgres.Querier, where string, client, code uuid.UUID, now time.Time) (Code, error) {
	row, err := postgres.One[codeRow](ctx, q, selectCode+where, client, code)
	if postgres.NoRows(err) {
		return Code{}, errNoCode
	}
	return row.code(now), err
}

func insertCode(ctx context.Context, tx postgres.Tx, c Code) error {
	_, err := tx.Exec(ctx, `
		insert into connection_codes (id, code, client_id, expires_at, max_uses, site, label, created_at)
		values ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8)`,
		c.ID, c.Code, c.ClientID, c.ExpiresAt, c.MaxUses, c.Site, c.Label, tx.Now)
	return err
}

func revokeCode(ctx context.Context, tx postgres.Tx, code uuid.UUID) error {
	_, err := tx.Exec(ctx, `update connection_codes set revoked_at = $2 where id = $1`, code, tx.Now)
	return err
}

func replaceCode(ctx context.Context, tx postgres.Tx, code, by uuid.UUID, overlap time.Duration) error {
	_, err := tx.Exec(ctx, `
		update connection_codes
		set replaced_by = $2, expires_at = least(expires_at, $4), revoked_at = case when $4 <= $3::timestamptz then $3::timestamptz end
		where id = $1`, code, by, tx.Now, tx.Now.Add(overlap))
	return err
}

// holdCode finds a code that opens accounts now, and holds its contract until the
// transaction ends.
func holdCode(ctx context.Context, tx postgres.Tx, code string) (r Redeemed, err error) {
	err = tx.QueryRow(ctx, `
		select c.id, k.id from connection_codes k join clients c on c.id = k.client_id
		where k.code = $1 and k.expires_at > $2 and k.revoked_at is null and (k.max_uses is null or k.uses < k.max_uses) and `+runs+`
		for share of c`, code, tx.Now).Scan(&r.ClientID, &r.CodeID)
	return r, err
}

// countUse counts a use where there is a limit, since nothing else needs the
// number; false when none is left. It notes when what may be said of the uses
// becomes so: both numbers rounded to the figures' step.
func countUse(ctx context.Context, tx postgres.Tx, code uuid.UUID) (left bool, err error) {
	tag, err := tx.Exec(ctx, `
		update connection_codes
		set uses = uses + (max_uses is not null)::int,
		    nearly_used_at = case when uses + 1 >= max_uses - max_uses % $3 then coalesce(nearly_used_at, $2) end
		where id = $1 and (max_uses is null or uses < max_uses)`, code, tx.Now, Step)
	return tag.RowsAffected() > 0, err
}
