package rebooking

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/notification"

	"github.com/google/uuid"
)

type row struct {
	AppointmentID uuid.UUID
	BeneficiaryID uuid.UUID
	StartsAt      time.Time
	DueAt         time.Time
	State         State
	BookedID      *uuid.UUID
	SettledAt     *time.Time
	Tries         int
	TriedAt       *time.Time
}

const columns = `appointment_id, beneficiary_id, starts_at, due_at, state, booked_id, settled_at, tries, tried_at`

// Add opens a rebooking for the person of an appointment, if its worker cancelled it.
func Add(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		insert into rebookings (appointment_id, beneficiary_id, starts_at, due_at, state)
		select id, beneficiary_id, lower(period), greatest($2::timestamptz, least($2::timestamptz + $3::interval, lower(period) - $3::interval)), 'open'
		from appointments where id = $1 and status = 'cancelled_by_worker'
		on conflict (appointment_id) do nothing`, appointment, tx.Now, recallAfter)
	return err
}

func read(ctx context.Context, q postgres.Querier, appointment uuid.UUID) (row, error) {
	return one(ctx, q, `select `+columns+` from rebookings where appointment_id = $1`, appointment)
}

// lock locks it until the transaction ends.
func lock(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) (row, error) {
	return one(ctx, tx, `select `+columns+` from rebookings where appointment_id = $1 for update`, appointment)
}

func one(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (row, error) {
	kept, err := postgres.One[row](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return kept, appointment.ErrNotFound
	}
	return kept, err
}

// setRebooked records the appointment booked instead, once.
func setRebooked(ctx context.Context, tx postgres.Tx, cancelled, booked uuid.UUID) (settled bool, err error) {
	tag, err := tx.Exec(ctx, `
		update rebookings set state = 'rebooked', booked_id = $2, settled_at = $3 where appointment_id = $1 and state <> 'rebooked'`,
		cancelled, booked, tx.Now)
	return tag.RowsAffected() > 0, err
}

// setAlike records a booking as the answer to the person's soonest open rebooking about
// the same reason.
func setAlike(ctx context.Context, tx postgres.Tx, person, booked uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `
		update rebookings set state = 'rebooked', booked_id = $2, settled_at = $3
		where appointment_id = (
			select b.appointment_id from rebookings b join appointments p on p.id = b.appointment_id
			where b.beneficiary_id = $1 and b.state = 'open' and p.reason = $4 order by b.starts_at, b.appointment_id limit 1)`,
		person, booked, tx.Now, reason)
	return err
}

// Reopen opens a rebooking again whose request was declined or expired.
func Reopen(ctx context.Context, tx postgres.Tx, request uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		update rebookings set state = 'open', booked_id = null, settled_at = null, due_at = greatest($2::timestamptz, least($2::timestamptz + $3::interval, starts_at - $3::interval))
		where booked_id = $1`, request, tx.Now, recallAfter)
	return err
}

func setState(ctx context.Context, tx postgres.Tx, cancelled uuid.UUID, state State) error {
	_, err := tx.Exec(ctx, `update rebookings set state = $2, settled_at = $3 where appointment_id = $1`, cancelled, state, tx.Now)
	return err
}

func noteTry(ctx context.Context, tx postgres.Tx, r row) error {
	_, err := tx.Exec(ctx, `update rebookings set tries = tries + 1, tried_at = $2 where appointment_id = $1`, r.AppointmentID, tx.Now)
	return err
}

// recallRow is a person to call.
type recallRow struct {
	row
	SocialWorkerID uuid.UUID
	Channel        notification.Channel // of the latest notification that the person was sent
	DeliveryState  notification.State
	Cause          string
}

// readRecalls reads the people to call: those who did not answer in time, and those whom
// no mail reaches. Those not tried yet come first, then the soonest appointments.
func readRecalls(ctx context.Context, q postgres.Querier, now time.Time, most, skipped int) ([]recallRow, error) {
	return postgres.All[recallRow](ctx, q, `
		select b.appointment_id, b.beneficiary_id, b.starts_at, b.due_at, b.state, b.booked_id, b.settled_at, b.tries, b.tried_at,
		       p.social_worker_id, coalesce(n.channel, 'none') as channel, coalesce(n.state, 'failed') as delivery_state, coalesce(n.cause, '') as cause
		from rebookings b join appointments p on p.id = b.appointment_id
		left join lateral (
			select channel, state, cause from `+notification.Of("b.appointment_id", "b.beneficiary_id")+` n where n.kind = $3
			order by n.state not in ('sent', 'queued'), n.channel, n.queued_at desc limit 1) n on true
		where b.state = 'open' and (b.due_at <= $1 or not exists (
			select from `+notification.Of("b.appointment_id", "b.beneficiary_id")+` m where m.kind = $3 and m.channel = 'mail' and m.state in ('queued', 'sent')))
		order by b.tries > 0, case when b.tries > 0 then b.tried_at end, b.starts_at, b.appointment_id limit $2 offset $4`, now, most, notify.Cancellation, skipped)
}

// readReplacements reads every worker with valid credentials who offers the reason and
// mode of a cancelled appointment and shares a language with its worker: first those with
// an opening at its hour and no appointment then, then those with more of the languages.
// The order among equals depends on the appointment, so that a hundred people are not all
// sent to the same three workers.
func readReplacements(ctx context.Context, q postgres.Querier, a appointment.Appointment, languages []string, now time.Time) ([]worker.Row, error) {
	return postgres.All[worker.Row](ctx, q, `
		select `+worker.Columns+` from social_workers
		where account_id <> $1 and $2 = any(reasons) and $3 = any(modes) and languages && $4 and `+worker.CoveredAt("$7")+`
		order by not exists (
			select from openings o, lateral (select $5::timestamptz at time zone social_workers.time_zone as wall) l
			where o.social_worker_id = account_id and $3 = any(o.modes) and o.first_day <= l.wall::date and (o.last_day is null or o.last_day >= l.wall::date)
			and (o.weekday is null or o.weekday = extract(isodow from l.wall))
			and (l.wall::date - date_trunc('week', o.first_day::timestamp)::date) / 7 % o.every_weeks = 0
			and extract(hour from l.wall) * 60 + extract(minute from l.wall) between o.starts_minute and o.ends_minute - 60)
			or exists (select from appointments p where p.social_worker_id = account_id and p.period && tstzrange($5, $5::timestamptz + interval '1 hour') and p.`+appointment.Occupying+`),
			(select count(*) from unnest(languages) as tag where tag = any($4)) desc,
			md5(account_id::text || $6::text)`,
		a.SocialWorkerID, a.Reason, a.Mode, languages, a.StartsAt, a.ID, now)
}

// Erase deletes a person's rebookings.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from rebookings where beneficiary_id = $1`, person)
	return err
}
