package factor

import (
	"context"
	"time"

	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type passkeyRow struct {
	ID           uuid.UUID
	AccountID    uuid.UUID
	CredentialID []byte
	PublicKey    []byte
	SignCount    int64
	Flags        int16
	Transports   []string
	Name         string
	CreatedAt    time.Time
	UsedAt       *time.Time
}

const selectPasskeys = `
	select id, account_id, credential_id, public_key, sign_count, flags, transports, name, created_at, used_at from passkeys `

func readPasskeys(ctx context.Context, q postgres.Querier, account uuid.UUID) ([]passkeyRow, error) {
	return postgres.All[passkeyRow](ctx, q, selectPasskeys+`where account_id = $1 order by created_at, id`, account)
}

// lockPasskey reads and locks the passkey of a credential, so that one transaction at a
// time compares and writes its counter.
func lockPasskey(ctx context.Context, tx postgres.Tx, credential []byte) (passkeyRow, error) {
	return postgres.One[passkeyRow](ctx, tx, selectPasskeys+`where credential_id = $1 for update`, credential)
}

func insertPasskey(ctx context.Context, tx postgres.Tx, p passkeyRow) error {
	_, err := tx.Exec(ctx, `
		insert into passkeys (account_id, credential_id, public_key, sign_count, flags, transports, name, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.AccountID, p.CredentialID, p.PublicKey, p.SignCount, p.Flags, p.Transports, p.Name, tx.Now)
	return err
}

func usePasskey(ctx context.Context, tx postgres.Tx, id uuid.UUID, signCount int64, flags int16) error {
	_, err := tx.Exec(ctx, `update passkeys set sign_count = $2, flags = $3, used_at = $4 where id = $1`, id, signCount, flags, tx.Now)
	return err
}

func renamePasskey(ctx context.Context, tx postgres.Tx, account, id uuid.UUID, name string) error {
	done, err := tx.Exec(ctx, `update passkeys set name = $3 where id = $2 and account_id = $1`, account, id, name)
	if err == nil && done.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "")
	}
	return err
}

func deletePasskey(ctx context.Context, tx postgres.Tx, account, id uuid.UUID) error {
	done, err := tx.Exec(ctx, `delete from passkeys where id = $2 and account_id = $1`, account, id)
	if err == nil && done.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "")
	}
	return err
}

// lockSecondFactors returns which second factors an account has, and locks the account's
// row so that they cannot change until the transaction ends.
func lockSecondFactors(ctx context.Context, tx postgres.Tx, account uuid.UUID) (session.SecondFactors, error) {
	if _, err := tx.Exec(ctx, `select from accounts where id = $1 for update`, account); err != nil {
		return session.SecondFactors{}, err
	}
	return session.ReadSecondFactors(ctx, tx, account)
}

// putChallenge saves a challenge in place of the holder's earlier one for the same
// purpose, and deletes expired ones.
func putChallenge(ctx context.Context, tx postgres.Tx, holder []byte, p ceremonyPurpose, ceremony []byte) error {
	if _, err := tx.Exec(ctx, `delete from passkey_challenges where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into passkey_challenges (holder, purpose, ceremony, expires_at) values ($1, $2, $3, $4)
		on conflict (holder, purpose) do update set ceremony = excluded.ceremony, expires_at = excluded.expires_at`,
		holder, p, ceremony, tx.Now.Add(ChallengeLifetime))
	return err
}

// takeChallenge deletes and returns the holder's challenge, so that it can be answered
// once, whether the answer is right or wrong. It fails with Invalid when there is none.
func takeChallenge(ctx context.Context, q postgres.Querier, holder []byte, p ceremonyPurpose, now time.Time) (ceremony []byte, err error) {
	var expires time.Time
	err = q.QueryRow(ctx, `delete from passkey_challenges where holder = $1 and purpose = $2 returning ceremony, expires_at`,
		holder, p).Scan(&ceremony, &expires)
	if postgres.NoRows(err) || err == nil && !expires.After(now) {
		return nil, errChallenge
	}
	return ceremony, err
}

func insertReset(ctx context.Context, tx postgres.Tx, account, author uuid.UUID, reason string) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		insert into second_factor_resets (account_id, author_id, reason, decided_at) values ($1, $2, $3, $4) returning id`,
		account, author, reason, tx.Now).Scan(&id)
	return id, err
}

// DeletePasskeys removes an account's passkeys.
func DeletePasskeys(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from passkeys where account_id = $1`, account)
	return err
}

// deleteSecondFactors removes all second factors of an account, and ends all its sessions
// with their open challenges.
func deleteSecondFactors(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	if _, err := tx.Exec(ctx, `delete from passkey_challenges where holder in (select id_hash from sessions where account_id = $1)`, account); err != nil {
		return err
	}
	if err := session.DeleteAll(ctx, tx, account); err != nil {
		return err
	}
	return postgres.ExecAll(ctx, tx, []string{
		`delete from totp where account_id = $1`,
		`delete from passkeys where account_id = $1`,
		`delete from recovery_sets where account_id = $1`,
	}, account)
}

func readResets(ctx context.Context, q postgres.Querier, account uuid.UUID) ([]Reset, error) {
	return postgres.All[Reset](ctx, q, `
		select author_id, reason, decided_at from second_factor_resets where account_id = $1 order by decided_at desc, id`, account)
}
