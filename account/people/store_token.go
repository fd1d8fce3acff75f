package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// InsertToken saves the hash of a link's token.
func InsertToken(ctx context.Context, tx postgres.Tx, id uuid.UUID, p Purpose, hash []byte) error {
	_, err := tx.Exec(ctx, `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash, id, p, tx.Now.Add(lifetimes[p]))
	return err
}

// ReadToken returns whose link it is, without consuming it. It fails with Gone when the link
// no longer works.
func ReadToken(ctx context.Context, q postgres.Querier, hash []byte, p Purpose, now time.Time) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `
		select account_id from account_tokens
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3`, hash, p, now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	return id, err
}

// ConsumeToken consumes a link and all others of the same purpose and account. It locks the
// address that the link proves.
func ConsumeToken(ctx context.Context, tx postgres.Tx, hash []byte, p Purpose) (id uuid.UUID, err error) {
	if err := lockAddressOf(ctx, tx, hash); err != nil {
		return uuid.Nil, err
	}
	err = tx.QueryRow(ctx, `
		update account_tokens set used_at = $3
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
		returning account_id`, hash, p, tx.Now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	if err != nil {
		return uuid.Nil, err
	}
	return id, EndTokens(ctx, tx, id, p)
}

// EndTokens invalidates an account's links of one purpose.
func EndTokens(ctx context.Context, tx postgres.Tx, id uuid.UUID, p Purpose) error {
	_, err := tx.Exec(ctx, `update account_tokens set used_at = $3 where account_id = $1 and purpose = $2 and used_at is null`, id, p, tx.Now)
	return err
}

// InsertEmailToken saves a link for the pending address of an account, and returns that
// address.
func InsertEmailToken(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash []byte) (pending string, err error) {
	err = tx.QueryRow(ctx, `
		insert into account_tokens (token_hash, account_id, purpose, expires_at, new_email)
		select $1, id, $3, $4, pending_email from accounts where id = $2 and pending_email is not null
		returning new_email`, hash, id, PurposeEmail, tx.Now.Add(lifetimes[PurposeEmail])).Scan(&pending)
	return pending, err
}

// ReplaceEmail moves the account to the address that a link was sent to, and returns it. It
// saves the previous address with the link, so that its owner can be notified. It fails with
// Gone when another address is pending by now, or when another account has this one.
func ReplaceEmail(ctx context.Context, tx postgres.Tx, hash []byte) (email string, err error) {
	err = tx.QueryRow(ctx, `
		with old as (
			select a.id, a.email, t.new_email from account_tokens t join accounts a on a.id = t.account_id and a.pending_email = t.new_email
			where t.token_hash = $1 for update of a),
		moved as (
			update accounts a set email = old.new_email, email_validated_at = $2, pending_email = null, pending_since = null from old where a.id = old.id)
		update account_tokens t set replaced_email = old.email from old where t.token_hash = $1
		returning t.new_email`, hash, tx.Now).Scan(&email)
	if postgres.Violates(err, "accounts_email_key") || postgres.NoRows(err) {
		return "", errGone
	}
	return email, err
}

// ReadReplaced returns the address that the account had before its last move.
func ReadReplaced(ctx context.Context, q postgres.Querier, id uuid.UUID) (email string, err error) {
	err = q.QueryRow(ctx, `
		select replaced_email from account_tokens where account_id = $1 and replaced_email is not null order by used_at desc limit 1`, id).Scan(&email)
	return email, err
}
