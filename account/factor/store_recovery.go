package factor

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// replaceRecoverySet replaces the account's codes by new ones.
func replaceRecoverySet(ctx context.Context, tx postgres.Tx, account uuid.UUID, key, sheet []byte, hashes [][]byte) error {
	if _, err := tx.Exec(ctx, `delete from recovery_sets where account_id = $1`, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into recovery_sets (account_id, sealed_key, sealed_sheet, sheet_until, created_at) values ($1, $2, $3, $4, $5)`,
		account, key, sheet, tx.Now.Add(sheetLifetime), tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into recovery_codes (account_id, hash) select $1, unnest($2::bytea[])`, account, hashes)
	return err
}

func hasRecoverySet(ctx context.Context, tx postgres.Tx, account uuid.UUID) (has bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from recovery_sets where account_id = $1)`, account).Scan(&has)
	return has, err
}

// lockRecoveryKey reads the sealed key of the account's code hashes, and locks it.
func lockRecoveryKey(ctx context.Context, tx postgres.Tx, account uuid.UUID) (sealed []byte, err error) {
	err = tx.QueryRow(ctx, `select sealed_key from recovery_sets where account_id = $1 for update`, account).Scan(&sealed)
	return sealed, err
}

// useRecoveryCode marks a code as used. It returns false for a wrong or used code.
func useRecoveryCode(ctx context.Context, tx postgres.Tx, account uuid.UUID, hash []byte) (bool, error) {
	done, err := tx.Exec(ctx, `update recovery_codes set used_at = $3 where account_id = $1 and hash = $2 and used_at is null`, account, hash, tx.Now)
	return done.RowsAffected() == 1, err
}

func countRecoveryCodes(ctx context.Context, q postgres.Querier, account uuid.UUID) (left int, err error) {
	err = q.QueryRow(ctx, `select count(*) from recovery_codes where account_id = $1 and used_at is null`, account).Scan(&left)
	return left, err
}

// takeSheet returns the sealed codes that were not shown yet and deletes them; nil when
// there are none or their time is over.
func takeSheet(ctx context.Context, tx postgres.Tx, account uuid.UUID) (sealed []byte, err error) {
	var until time.Time
	err = tx.QueryRow(ctx, `select sealed_sheet, sheet_until from recovery_sets where account_id = $1 for update`, account).Scan(&sealed, &until)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `update recovery_sets set sealed_sheet = null where account_id = $1`, account); err != nil {
		return nil, err
	}
	if !until.After(tx.Now) {
		return nil, nil
	}
	return sealed, nil
}

// Sweep deletes expired challenges, and codes that were not read in time.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.Exec(ctx, `delete from passkey_challenges where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update reset_codes set sealed_sheet = null where sealed_sheet is not null and sheet_until <= $1`, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update recovery_sets set sealed_sheet = null where sealed_sheet is not null and sheet_until <= $1`, tx.Now)
	return err
}
