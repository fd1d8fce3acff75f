package company

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type codeRow struct {
	ID        uuid.UUID
	Code      string
	ClientID  uuid.UUID
	ExpiresAt time.Time
	MaxUses   int // 0: no limit
	Uses      int
	Site      string
	Label     string
	CreatedAt time.Time
	Revoked   bool
	Replaced  bool
}

const selectCode = `
	select k.id, k.code, k.client_id, k.expires_at, coalesce(k.max_uses, 0) as max_uses, k.uses,
	       k.site, k.label, k.created_at, k.revoked_at is not null as revoked, k.replaced_by is not null as replaced
	from connection_codes k `

func readCodes(ctx context.Context, q postgres.Querier, client uuid.UUID) ([]codeRow, error) {
	return postgres.All[codeRow](ctx, q, selectCode+`where k.client_id = $1 order by k.created_at desc, k.id`, client)
}

func readCode(ctx context.Context, q postgres.Querier, client, code uuid.UUID) (codeRow, error) {
	return oneCode(ctx, q, `where k.client_id = $1 and k.id = $2`, client, code)
}

func lockCode(ctx context.Context, tx postgres.Tx, client, code uuid.UUID) (codeRow, error) {
	return oneCode(ctx, tx, `where k.client_id = $1 and k.id = $2 for no key update`, client, code)
}

func oneCode(ctx context.Context, q postgres.Querier, where string, client, code uuid.UUID) (codeRow, error) {
	row, err := postgres.One[codeRow](ctx, q, selectCode+where, client, code)
	if postgres.NoRows(err) {
		return codeRow{}, errNoCode
	}
	return row, err
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

// lockedCode is a code that may open an account, with its uses.
type lockedCode struct {
	Redeemed
	MaxUses, Uses int
}

// lockByCode returns a code that has not ended and whose contract runs, and locks the contract
// until the transaction ends. The caller checks whether a use is left.
func lockByCode(ctx context.Context, tx postgres.Tx, code string) (h lockedCode, err error) {
	err = tx.QueryRow(ctx, `
		select c.id, k.id, coalesce(k.max_uses, 0), k.uses from connection_codes k join clients c on c.id = k.client_id
		where k.code = $1 and k.expires_at > $2 and k.revoked_at is null and `+runs+`
		for share of c`, code, tx.Now).Scan(&h.ClientID, &h.CodeID, &h.MaxUses, &h.Uses)
	return h, err
}

// lockUses reads a code's limit (0: none) and uses. If it has a limit, the code is locked
// against other uses.
func lockUses(ctx context.Context, tx postgres.Tx, code uuid.UUID) (limit, uses int, err error) {
	err = tx.QueryRow(ctx, `select coalesce(max_uses, 0), uses from connection_codes where id = $1`, code).Scan(&limit, &uses)
	if err != nil || limit == 0 {
		return limit, uses, err
	}
	err = tx.QueryRow(ctx, `select uses from connection_codes where id = $1 for no key update`, code).Scan(&uses)
	return limit, uses, err
}

func countUse(ctx context.Context, tx postgres.Tx, code uuid.UUID) error {
	_, err := tx.Exec(ctx, `update connection_codes set uses = uses + 1 where id = $1`, code)
	return err
}
