package people

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// LockAddress has everything that decides whose an address is happen one after the
// other, until the transaction ends.
func LockAddress(ctx context.Context, tx postgres.Tx, email string) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('address ' || lower($1), 0))`, email)
	return err
}

// lockAddressOf does so for the address that a link proves. It comes before any row
// is changed: whoever wins takes the others' rows away.
func lockAddressOf(ctx context.Context, tx postgres.Tx, link []byte) error {
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtextextended('address ' || lower(coalesce(t.new_email, a.email)), 0))
		from account_tokens t join accounts a on a.id = t.account_id where t.token_hash = $1`, link)
	return err
}

// Holder is what an address stands for.
type Holder struct {
	ID          uuid.UUID
	HasPassword bool
	Waiting     bool // for its proof: the address is still free
}

// ReadHolder returns the account that has the address, else the latest that waits
// for its proof; pgx.ErrNoRows and a zero holder when there is none. One that waits
// and was suspended or closed has the address: nobody escapes by signing up again.
func ReadHolder(ctx context.Context, q postgres.Querier, email string) (Holder, error) {
	return postgres.One[Holder](ctx, q, `
		select id, password_hash is not null as has_password, unproved and `+IsActive+` as waiting
		from accounts where lower(email) = lower($1) order by 3, created_at desc, id limit 1`, email)
}

// ReadWaiting lists the accounts that wait for the proof of an address.
func ReadWaiting(ctx context.Context, q postgres.Querier, email string) ([]Person, error) {
	rows, err := postgres.All[PersonRow](ctx, q, selectPerson+`where lower(email) = lower($1) and unproved and `+IsActive+` order by created_at, id`, email)
	people := make([]Person, len(rows))
	for i, row := range rows {
		people[i] = row.Person()
	}
	return people, err
}

// deleteWaiting takes away the accounts that wait for the proof of an address, but
// for the latest ones that are kept, and returns their ids. One that something was
// decided about stays.
func deleteWaiting(ctx context.Context, tx postgres.Tx, email string, keep int) (gone []uuid.UUID, err error) {
	rows, err := postgres.All[struct{ ID uuid.UUID }](ctx, tx, `
		select id from accounts a
		where lower(email) = lower($1) and unproved and not exists (select from account_decisions d where d.account_id = a.id)
		order by created_at desc, id offset $2`, email, keep)
	for _, row := range rows {
		switch err := deleteUnlessReferred(ctx, tx, row.ID); {
		case err == nil:
			gone = append(gone, row.ID)
		case !postgres.Referred(err): // one with an hour that the switchboard booked stays
			return nil, err
		}
	}
	return gone, err
}

// deleteUnlessReferred leaves the transaction as it was where something refers to the
// account.
func deleteUnlessReferred(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		_, err := nested.Exec(ctx, `delete from accounts where id = $1`, id)
		return err
	})
}
