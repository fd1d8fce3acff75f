package booking

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// cancelledRow is an appointment that an erasure cancelled, and whom to tell.
type cancelledRow struct {
	ID      uuid.UUID
	OtherID uuid.UUID
}

// holdAgendas locks a person's own agenda, and those in which requests of theirs stand,
// in one order.
func holdAgendas(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		select from social_workers
		where account_id = $1 or account_id in (select social_worker_id from appointments where beneficiary_id = $1 and status = 'requested')
		order by account_id for no key update`, person)
	return err
}

// cancelComing cancels every appointment of a person that has not begun, requests
// included.
func cancelComing(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]cancelledRow, error) {
	return postgres.All[cancelledRow](ctx, tx, `
		update appointments
		set status = case when social_worker_id = $1 then 'cancelled_by_worker' else 'cancelled' end, cancelled_at = $2, sequence = sequence + 1
		where (beneficiary_id = $1 or social_worker_id = $1) and lower(period) > $2 and status in ('confirmed', 'requested')
		returning id, case when social_worker_id = $1 then beneficiary_id else social_worker_id end as other_id`, person, tx.Now)
}

// eraseAppointments removes what a person's appointments say of them, and a
// worker's sheet and agenda. The sheet's row stays for the appointments' sake.
func eraseAppointments(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	for _, sql := range []string{
		`update appointments set reason = null, sealed_note = null, sealed_reply = null, sealed_needs = null where beneficiary_id = $1`,
		`delete from counted_people where beneficiary_id = $1`,
		`delete from late_marks where beneficiary_id = $1 or social_worker_id = $1`,
		`delete from rebookings where beneficiary_id = $1`,
		`delete from agenda_clearings where social_worker_id = $1`,
		`delete from portraits where account_id = $1`,
		`delete from waiting_notices where account_id = $1`,
		`delete from waiting_hours where account_id = $1 or social_worker_id = $1`,
		`delete from waiting_entries where account_id = $1 or social_worker_id = $1`,
		`delete from sheet_readings where account_id = $1`,
		`delete from booking_acts where account_id = $1`,
		`delete from credentials where social_worker_id = $1`,
		`delete from credential_notices where social_worker_id = $1`,
		`delete from openings where social_worker_id = $1`,
		`delete from absences where social_worker_id = $1`,
		`delete from weekly_absences where social_worker_id = $1`,
		`delete from open_holidays where social_worker_id = $1`,
		`delete from free_hours where social_worker_id = $1`,
		`delete from external_busy where social_worker_id = $1`,
		`delete from calendar_subscriptions where social_worker_id = $1`,
		`delete from agenda_feeds where social_worker_id = $1`,
		`update appointments set place_id = null where social_worker_id = $1`,
		`delete from places where social_worker_id = $1`,
		`update social_workers set presentation = '', portrait_version = '' where account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return err
		}
	}
	return nil
}
