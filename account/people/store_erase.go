package people

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

var (
	ErrErased    = fault.New(fault.Conflict, "Ce compte est déjà supprimé.")
	errLastAdmin = fault.New(fault.Conflict, "C’est le dernier compte de l’administration\u00a0: il en faut un autre avant de supprimer celui-ci.")
)

// Erasable is what an erasure removes from an account.
type Erasable struct {
	FirstName, LastName, Email string
	Role                       viewer.Role
	CreatedAt                  time.Time
	AdultDeclaredAt            *time.Time
	Erased                     bool
}

// LockErasable reads what an erasure removes from an account, and locks the account, so that
// nothing is added to it meanwhile.
func LockErasable(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Erasable, error) {
	row, err := postgres.One[Erasable](ctx, tx, `
		select first_name, last_name, coalesce(email, '') as email, role, created_at, adult_declared_at, erased_at is not null as erased
		from accounts where id = $1 for update`, id)
	switch {
	case postgres.NoRows(err):
		return Erasable{}, fault.New(fault.NotFound, "Ce compte n’existe pas.")
	case err == nil && row.Erased:
		return Erasable{}, ErrErased
	}
	return row, err
}

// AnotherAdministrator fails with Conflict unless there is an administrator besides id. It
// locks that account.
func AnotherAdministrator(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	var other uuid.UUID
	err := tx.QueryRow(ctx, `
		select id from accounts where role = 'administrator' and id <> $1 and password_hash is not null and `+IsActive+`
		limit 1 for no key update`, id).Scan(&other)
	if postgres.NoRows(err) {
		return errLastAdmin
	}
	return err
}

// Erase removes everything of an account except its ID, role and dates.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	for _, sql := range []string{
		`delete from account_tokens where account_id = $1`,
		`delete from contact_choices where account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		update accounts set erased_at = $2, closed_at = coalesce(closed_at, $2), email = null, pending_email = null, pending_since = null, mobile = null,
		       first_name = '', last_name = '', password_hash = null, client_id = null, code_id = null, adult_declared_at = null,
		       email_validated_at = null, mobile_validated_at = null, last_seen_on = null, time_zone = $3
		where id = $1`, id, tx.Now, zone.Default)
	return err
}
