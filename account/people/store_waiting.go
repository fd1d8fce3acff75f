package people

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// LockAddress locks an address until the transaction ends. Everything that decides which
// account an address belongs to takes this lock.
func LockAddress(ctx context.Context, tx postgres.Tx, email string) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('address ' || lower($1), 0))`, email)
	return err
}

// lockAddressOf locks the address that a link proves. It must come before any row is changed,
// as the first proof deletes the rows of the others.
func lockAddressOf(ctx context.Context, tx postgres.Tx, link []byte) error {
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtextextended('address ' || lower(coalesce(t.new_email, a.email)), 0))
		from account_tokens t join accounts a on a.id = t.account_id where t.token_hash = $1`, link)
	return err
}

// Holder is the account or pending registration that an address belongs to.
type Holder struct {
	ID          uuid.UUID
	HasPassword bool
	Waiting     bool // a pending registration: no account has the address
}

// ReadHolder returns the account that has the address, else the latest pending registration.
// It fails with pgx.ErrNoRows when there is none. A pending registration that was suspended
// or closed counts as an account, so that signing up again does not undo that.
func ReadHolder(ctx context.Context, q postgres.Querier, email string) (Holder, error) {
	return postgres.One[Holder](ctx, q, `
		select id, password_hash is not null as has_password, unproved and `+IsActive+` as waiting
		from accounts where lower(email) = lower($1) order by 3, created_at desc, id limit 1`, email)
}

// ReadWaiting lists the pending registrations of an address.
func ReadWaiting(ctx context.Context, q postgres.Querier, email string) ([]Person, error) {
	rows, err := postgres.All[PersonRow](ctx, q, selectPerson+`where lower(email) = lower($1) and unproved and `+IsActive+` order by created_at, id`, email)
	people := make([]Person, len(rows))
	for i, row := range rows {
		people[i] = row.Person()
	}
	return people, err
}

// deleteWaiting deletes the pending registrations of an address except the latest keep ones,
// and returns their IDs. One about which there is a decision stays.
func deleteWaiting(ctx context.Context, tx postgres.Tx, email string, keep int) (gone []uuid.UUID, err error) {
	rows, err := postgres.All[struct{ ID uuid.UUID }](ctx, tx, `
		select id from accounts a
		where lower(email) = lower($1) and unproved and not exists (select from account_decisions d where d.account_id = a.id)
		order by created_at desc, id offset $2`, email, keep)
	for _, row := range rows {
		switch err := deleteUnlessReferred(ctx, tx, row.ID); {
		case err == nil:
			gone = append(gone, row.ID)
		case !postgres.Referred(err): // one with an appointment that the switchboard booked stays
			return nil, err
		}
	}
	return gone, err
}

// DeleteWaiting deletes a pending registration, and reports whether it did: not one that was
// proved meanwhile, about which there is a decision, or to which something refers.
func DeleteWaiting(ctx context.Context, tx postgres.Tx, id uuid.UUID) (gone bool, err error) {
	err = pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		done, err := nested.Exec(ctx, `
			delete from accounts a where id = $1 and unproved and not exists (select from account_decisions d where d.account_id = a.id)`, id)
		gone = done.RowsAffected() > 0
		return err
	})
	if postgres.Referred(err) {
		return false, nil
	}
	return gone, err
}

// deleteUnlessReferred deletes an account. If something refers to it, it fails and the
// transaction stays usable.
func deleteUnlessReferred(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		_, err := nested.Exec(ctx, `delete from accounts where id = $1`, id)
		return err
	})
}
