package factor

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type resetCodeRow struct {
	SealedKey []byte
	Hash      []byte // nil once the code was used
	ExpiresAt time.Time
	Session   []byte // in which the code was used
}

const selectResetCode = `select sealed_key, hash, expires_at, session from reset_codes where account_id = $1 `

func readResetCode(ctx context.Context, q postgres.Querier, account uuid.UUID) (resetCodeRow, error) {
	return postgres.One[resetCodeRow](ctx, q, selectResetCode, account)
}

func lockResetCode(ctx context.Context, tx postgres.Tx, account uuid.UUID) (resetCodeRow, error) {
	return postgres.One[resetCodeRow](ctx, tx, selectResetCode+`for update`, account)
}

// replaceResetCode replaces the code of an earlier reset by a new one.
func replaceResetCode(ctx context.Context, tx postgres.Tx, account, author uuid.UUID, key, sheet, hash []byte) error {
	if err := deleteResetCode(ctx, tx, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into reset_codes (account_id, author_id, sealed_key, hash, sealed_sheet, sheet_until, expires_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		account, author, key, hash, sheet, tx.Now.Add(sheetLifetime), tx.Now.Add(ResetCodeLifetime))
	return err
}

func useResetCode(ctx context.Context, tx postgres.Tx, account uuid.UUID, session []byte) error {
	_, err := tx.Exec(ctx, `update reset_codes set hash = null, sealed_sheet = null, session = $2 where account_id = $1`, account, session)
	return err
}

func deleteResetCode(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from reset_codes where account_id = $1`, account)
	return err
}

// takeResetSheet returns the sealed code that was not shown to its author yet and deletes
// it; nil when there is none or its time is over.
func takeResetSheet(ctx context.Context, tx postgres.Tx, account, author uuid.UUID) (sealed []byte, err error) {
	err = tx.QueryRow(ctx, `
		with shown as (select account_id, sealed_sheet from reset_codes where account_id = $1 and author_id = $2 and sheet_until > $3 for update)
		update reset_codes r set sealed_sheet = null from shown where r.account_id = shown.account_id
		returning shown.sealed_sheet`, account, author, tx.Now).Scan(&sealed)
	if postgres.NoRows(err) {
		return nil, nil
	}
	return sealed, err
}

// Erase deletes a person's second factors, and the decisions to reset them.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from totp where account_id = $1`,
		`delete from passkeys where account_id = $1`,
		`delete from recovery_sets where account_id = $1`,
		`delete from reset_codes where account_id = $1`,
		`delete from second_factor_resets where account_id = $1`,
	}, id)
}
