package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// stale is the SQL condition for an account a that was not proved before the instant $1.
const stale = `
	a.role = 'beneficiary' and a.erased_at is null and a.email_validated_at is null and a.mobile_validated_at is null
	and a.created_at <= $1
	and not exists (select from assisted_signups s where s.account_id = a.id and s.sent_at > $1)
	and not exists (select from account_decisions d where d.account_id = a.id) `

// ReadStaleUnproved lists accounts that were not proved before an instant, sorted by ID,
// starting after an ID.
func ReadStaleUnproved(ctx context.Context, q postgres.Querier, until time.Time, after uuid.UUID, most int) ([]uuid.UUID, error) {
	type row struct{ ID uuid.UUID }
	rows, err := postgres.All[row](ctx, q, `select a.id from accounts a where `+stale+`and a.id > $2 order by a.id limit $3`, until, after, most)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

// DeleteUnproved deletes such an account unless it was proved meanwhile.
func DeleteUnproved(ctx context.Context, tx postgres.Tx, id uuid.UUID, until time.Time) (gone bool, err error) {
	tag, err := tx.Exec(ctx, `delete from accounts a where `+stale+`and a.id = $2`, until, id)
	return err == nil && tag.RowsAffected() > 0, err
}

// Sweep deletes expired links, and pending addresses that were not proved in time.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.Exec(ctx, `delete from account_tokens where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		update accounts a set pending_email = null, pending_since = null
		where pending_since <= $1 and not exists (
			select from account_tokens t where t.account_id = a.id and t.purpose = 'email' and t.used_at is null and t.expires_at > $2)`,
		tx.Now.Add(-EmailLifetime), tx.Now)
	return err
}

// ReadMobileProved reports whether the person's mobile number is proved.
func ReadMobileProved(ctx context.Context, q postgres.Querier, id uuid.UUID) (proved bool, err error) {
	err = q.QueryRow(ctx, `select mobile_validated_at is not null from accounts where id = $1`, id).Scan(&proved)
	return proved, err
}

// ForgetUnprovedMobile deletes a mobile number that is not proved.
func ForgetUnprovedMobile(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set mobile = null where id = $1 and mobile_validated_at is null and email is not null`, id)
	return err
}
