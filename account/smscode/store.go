package smscode

import (
	"context"

	"socialdirect/account/limit"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Challenge is a requested code.
type Challenge struct {
	ID         uuid.UUID
	AccountID  uuid.UUID // zero when no account has the number
	SealedCode []byte
	Tries      int
	Counted    string // the key of the number's throttle
}

// Insert records that a code to sign in was requested.
func Insert(ctx context.Context, tx postgres.Tx, hash []byte, account uuid.UUID, counted limit.Throttle) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		insert into sms_challenges (token_hash, account_id, expires_at, counted)
		values ($1, nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4) returning id`,
		hash, account, tx.Now.Add(Lifetime), counted.Key).Scan(&id)
	return id, err
}

const selectChallenge = `
	select id, coalesce(account_id, '00000000-0000-0000-0000-000000000000'::uuid) as account_id, sealed_code, tries, counted
	from sms_challenges where used_at is null and expires_at > $2 `

// Lock reads and locks the code that a browser requested, so that tries are counted one
// after the other.
func Lock(ctx context.Context, tx postgres.Tx, hash []byte) (Challenge, error) {
	return postgres.One[Challenge](ctx, tx, selectChallenge+`and token_hash = $1 and purpose = 'sign_in' for update`, hash, tx.Now)
}

func lockChallengeByID(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Challenge, error) {
	return postgres.One[Challenge](ctx, tx, selectChallenge+`and id = $1 for update`, id, tx.Now)
}

// CountTry counts a wrong code.
func CountTry(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update sms_challenges set tries = tries + 1 where id = $1`, id)
	return err
}

// Use marks the code as used.
func Use(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update sms_challenges set used_at = $2, sealed_code = null where id = $1`, id, tx.Now)
	return err
}

func setCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update sms_challenges set sealed_code = $2 where id = $1`, id, sealed)
	return err
}

// Sweep deletes expired codes.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from sms_challenges where expires_at <= $1`, tx.Now)
	return err
}

// InsertProof records that a code to prove the account's number was requested. It
// replaces the one before.
func InsertProof(ctx context.Context, tx postgres.Tx, hash []byte, id uuid.UUID, counted limit.Throttle) (challenge uuid.UUID, err error) {
	if err := DropProof(ctx, tx, id); err != nil {
		return uuid.Nil, err
	}
	err = tx.QueryRow(ctx, `
		insert into sms_challenges (token_hash, account_id, expires_at, counted, purpose) values ($1, $2, $3, $4, 'mobile') returning id`,
		hash, id, tx.Now.Add(Lifetime), counted.Key).Scan(&challenge)
	return challenge, err
}

// DropProof deletes the code that would prove an account's number.
func DropProof(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sms_challenges where account_id = $1 and purpose = 'mobile'`, id)
	return err
}

// LockProof reads and locks the code that would prove an account's number.
func LockProof(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Challenge, error) {
	return postgres.One[Challenge](ctx, tx, selectChallenge+`and account_id = $1 and purpose = 'mobile' for update`, id, tx.Now)
}

// Erase deletes the codes that were sent to a person.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sms_challenges where account_id = $1`, id)
	return err
}
