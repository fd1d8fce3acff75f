package appointment

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// countAct counts one more act of the person in the current window, or starts a new one.
// It returns the window's start and count.
func countAct(ctx context.Context, tx postgres.Tx, person uuid.UUID, span time.Duration) (began time.Time, acts int, err error) {
	err = tx.QueryRow(ctx, `
		insert into booking_acts as a (account_id, began, acts) values ($1, $2, 1)
		on conflict (account_id) do update set
			began = case when a.began <= $3 then excluded.began else a.began end,
			acts = case when a.began <= $3 then 1 else a.acts + 1 end
		returning began, acts`, person, tx.Now, tx.Now.Add(-span)).Scan(&began, &acts)
	return began, acts, err
}

// readActs returns what countAct counted; zero if there was none.
func readActs(ctx context.Context, q postgres.Querier, person uuid.UUID) (began time.Time, acts int, err error) {
	err = q.QueryRow(ctx, `select began, acts from booking_acts where account_id = $1`, person).Scan(&began, &acts)
	if postgres.NoRows(err) {
		return time.Time{}, 0, nil
	}
	return began, acts, err
}

// DeleteOldActs deletes windows that are over.
func DeleteOldActs(ctx context.Context, q postgres.Querier, before time.Time) error {
	_, err := q.Exec(ctx, `delete from booking_acts where began <= $1`, before)
	return err
}

// countAhead counts the person's upcoming appointments and requests.
func countAhead(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(*) from appointments p where p.beneficiary_id = $1 and lower(p.period) > $2 and `+isComing, person, now).Scan(&n)
	return n, err
}

// ReadSame reads an existing booking of the same person, worker, start and mode.
func ReadSame(ctx context.Context, q postgres.Querier, person uuid.UUID, r Request, now time.Time) (same Booked, found bool, err error) {
	err = q.QueryRow(ctx, `
		select p.id, p.status from appointments p
		where p.beneficiary_id = $1 and p.social_worker_id = $3 and lower(p.period) = $4 and p.mode = $5 and `+isComing,
		person, now, r.SocialWorkerID, r.StartsAt, r.Mode).Scan(&same.ID, &same.Status)
	if postgres.NoRows(err) {
		return Booked{}, false, nil
	}
	return same, err == nil, err
}
