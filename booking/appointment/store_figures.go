package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// lockHoursCounted returns until when appointments were counted, first if they never were,
// and locks it until the transaction ends.
func lockHoursCounted(ctx context.Context, tx postgres.Tx, first time.Time) (until time.Time, err error) {
	if _, err := tx.Exec(ctx, `insert into hours_counted (until) values ($1) on conflict do nothing`, first); err != nil {
		return time.Time{}, err
	}
	err = tx.QueryRow(ctx, `select until from hours_counted for no key update`).Scan(&until)
	return until, err
}

// setHoursCounted records until when appointments were counted, and deletes the counted
// people of earlier years.
func setHoursCounted(ctx context.Context, tx postgres.Tx, until time.Time, year int) error {
	if _, err := tx.Exec(ctx, `update hours_counted set until = $1`, until); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from counted_people where year < $1`, year)
	return err
}

// endOfNext returns when the last of the next appointments begins, of at most so many and
// all that begin with it; found is false if there is none.
func endOfNext(ctx context.Context, tx postgres.Tx, from, until time.Time, most int) (end time.Time, found bool, err error) {
	var last *time.Time
	err = tx.QueryRow(ctx, `
		select max(begins) from (
		    select lower(period) as begins from appointments where lower(period) > $1 and lower(period) <= $2 order by 1 limit $3) next`,
		from, until, most).Scan(&last)
	if err != nil || last == nil {
		return time.Time{}, false, err
	}
	return *last, true, nil
}

// hourRow is an appointment that was not cancelled.
type hourRow struct {
	BeneficiaryID uuid.UUID
	StartsAt      time.Time
	Mode          slot.Mode
	Reason        string
}

func readHours(ctx context.Context, tx postgres.Tx, from, until time.Time) ([]hourRow, error) {
	return postgres.All[hourRow](ctx, tx, `
		select beneficiary_id, lower(period) as starts_at, mode, reason from appointments
		where lower(period) > $1 and lower(period) <= $2 and status in ('confirmed', 'held', 'no_show') and reason is not null
		order by lower(period), id`, from, until)
}

// markCounted records that a person is counted in a year; false if they were already.
func markCounted(ctx context.Context, tx postgres.Tx, beneficiary uuid.UUID, year int) (first bool, err error) {
	tag, err := tx.Exec(ctx, `
		insert into counted_people (beneficiary_id, year) values ($1, $2) on conflict do nothing`, beneficiary, year)
	return tag.RowsAffected() > 0, err
}
