package people

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SetSeenOn saves the day on which an account was last used.
func SetSeenOn(ctx context.Context, q postgres.Querier, id uuid.UUID, day time.Time) error {
	_, err := q.Exec(ctx, `update accounts set last_seen_on = $2 where id = $1`, id, day)
	return err
}

// CheckState fails with Invalid for an account that may not sign in.
func CheckState(ctx context.Context, q postgres.Querier, id uuid.UUID) error {
	var suspended, closed bool
	err := q.QueryRow(ctx, `select suspended_at is not null, closed_at is not null from accounts where id = $1`, id).Scan(&suspended, &closed)
	switch {
	case err != nil:
		return err
	case closed:
		return errClosed
	case suspended:
		return errSuspended
	}
	return nil
}

// Lock locks both accounts of a decision, always in the same order, so that two decisions of
// administrators about each other do not deadlock. New sessions do not wait for this lock.
func Lock(ctx context.Context, tx postgres.Tx, a, b uuid.UUID) error {
	_, err := tx.Exec(ctx, `select from accounts where id = any($1) order by id for no key update`, []uuid.UUID{a, b})
	return err
}

// SetSuspended suspends an account or ends the suspension.
func SetSuspended(ctx context.Context, tx postgres.Tx, id uuid.UUID, suspended bool) error {
	_, err := tx.Exec(ctx, `update accounts set suspended_at = case when $2 then $3::timestamptz end where id = $1`, id, suspended, tx.Now)
	return err
}

// SetClosed closes or reopens an account.
func SetClosed(ctx context.Context, tx postgres.Tx, id uuid.UUID, closed bool) error {
	_, err := tx.Exec(ctx, `update accounts set closed_at = case when $2 then $3::timestamptz end where id = $1`, id, closed, tx.Now)
	return err
}

// SetRole changes the role of an account.
func SetRole(ctx context.Context, tx postgres.Tx, id uuid.UUID, role viewer.Role) error {
	_, err := tx.Exec(ctx, `update accounts set role = $2 where id = $1`, id, role)
	return err
}

// VoidTokens invalidates all links that were sent to an account.
func VoidTokens(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update account_tokens set used_at = $2 where account_id = $1 and used_at is null`, id, tx.Now)
	return err
}

var (
	errSuspended = fault.New(fault.Invalid, "Ce compte est suspendu pour le moment. Pour en parler ou pour contester cette décision, appelez le standard.")
	errClosed    = fault.New(fault.Invalid, "Ce compte est fermé. Pour en parler ou pour contester cette décision, appelez le standard.")
)

// Active reports whether an account is neither suspended nor closed (R7). It fails with
// NotFound for an unknown account.
func (s *Service) Active(ctx context.Context, q postgres.Querier, id uuid.UUID) (bool, error) {
	person, err := Read(ctx, q, id)
	return person.Active, err
}
