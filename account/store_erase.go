package account

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// lockErasable reads what an erasure takes out of an account, and keeps everything
// that would still be added to it waiting.
func lockErasable(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Erasing, error) {
	row, err := postgres.One[struct {
		FirstName, LastName, Email string
		Role                       viewer.Role
		CreatedAt                  time.Time
		AdultDeclaredAt            *time.Time
		Erased                     bool
	}](ctx, tx, `
		select first_name, last_name, coalesce(email, '') as email, role, created_at, adult_declared_at, erased_at is not null as erased
		from accounts where id = $1 for update`, id)
	switch {
	case postgres.NoRows(err):
		return Erasing{}, fault.New(fault.NotFound, "Ce compte n’existe pas.")
	case err != nil:
		return Erasing{}, err
	case row.Erased:
		return Erasing{}, errErased
	}
	return Erasing{
		Email:    row.Email,
		Identity: Identity{FirstName: row.FirstName, LastName: row.LastName, Role: row.Role, CreatedAt: row.CreatedAt, AdultDeclaredAt: row.AdultDeclaredAt},
	}, nil
}

// anotherAdministrator fails unless there is one beside id, whose account is then
// held.
func anotherAdministrator(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	var other uuid.UUID
	err := tx.QueryRow(ctx, `
		select id from accounts where role = 'administrator' and id <> $1 and password_hash is not null and `+isActive+`
		limit 1 for no key update`, id).Scan(&other)
	if postgres.NoRows(err) {
		return errLastAdmin
	}
	return err
}

// eraseAccount leaves of an account its identifier, role and dates. What is sealed
// with the person's key (decisions, reports) stays unread with it.
func eraseAccount(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	for _, sql := range []string{
		`delete from sessions where account_id = $1`,
		`delete from known_devices where account_id = $1`,
		`delete from account_tokens where account_id = $1`,
		`delete from totp where account_id = $1`,
		`delete from passkeys where account_id = $1`,
		`delete from recovery_sets where account_id = $1`,
		`delete from reset_codes where account_id = $1`,
		`delete from second_factor_resets where account_id = $1`,
		`delete from assisted_signups where account_id = $1`,
		`delete from sms_challenges where account_id = $1`,
		`delete from refused_sign_ups where account_id = $1`,
		`delete from age_checks where account_id = $1`,
		`delete from contact_choices where account_id = $1`,
		`delete from people_shown where person_id = $1`,
		`delete from shown_days where operator_id = $1`,
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
