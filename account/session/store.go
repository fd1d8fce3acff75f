package session

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func readPasswordHash(ctx context.Context, q postgres.Querier, id uuid.UUID) (hash string, err error) {
	err = q.QueryRow(ctx, `select coalesce(password_hash, '') from accounts where id = $1`, id).Scan(&hash)
	return hash, err
}

type credentials struct {
	ID           uuid.UUID
	Role         viewer.Role
	PasswordHash string
}

func readCredentials(ctx context.Context, q postgres.Querier, email string) (credentials, error) {
	return postgres.One[credentials](ctx, q, `
		select id, role, coalesce(password_hash, '') as password_hash from accounts where lower(email) = lower($1) and not unproved`, email)
}

// readSecondFactor returns whether a session needs a second factor after the password. A
// beneficiary's passkey is not one: it signs in by itself.
func readSecondFactor(ctx context.Context, tx postgres.Tx, id uuid.UUID) (role viewer.Role, enrolled bool, err error) {
	err = tx.QueryRow(ctx, `
		select a.role, t.confirmed_at is not null or a.role <> 'beneficiary' and exists (select from passkeys p where p.account_id = a.id)
		from accounts a left join totp t on t.account_id = a.id where a.id = $1`, id).Scan(&role, &enrolled)
	return role, enrolled, err
}
