package booking

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type noticeRow struct {
	ID              uuid.UUID
	AppointmentID   *uuid.UUID // what it is about: this,
	WaitingNoticeID *uuid.UUID // or hours that were freed
	AccountID       uuid.UUID
	Notice          string
	Channel         Channel
	Sequence        int
	StartsAt        time.Time
	State           NoticeState
	Cause           string
	QueuedAt        time.Time
	SettledAt       *time.Time
	CalledAt        *time.Time
	Try             int // of its job, that has it in hand
}

const noticeColumns = `n.id, n.appointment_id, n.waiting_notice_id, n.account_id, n.notice, n.channel, n.sequence, n.starts_at, n.state, n.cause, n.queued_at, n.settled_at, n.called_at, n.try`

// lostNotice is what did not arrive: it cannot, or could not in time.
const lostNotice = `(n.state in ('failed', 'bounced') or n.cause = '` + causeNoAnswer + `')`

// addressee is one person by one channel.
type addressee struct {
	AccountID uuid.UUID
	Channel   Channel
}

// queuedRow is a notice that was not there before.
type queuedRow struct {
	ID      uuid.UUID
	Channel Channel
}

// What a notice can be about, as it stands; $1 is which.
const (
	anAppointment = `select id as appointment_id, null::uuid as waiting_notice_id, sequence, lower(period) as starts_at from appointments where id = $1`
	freedHoursOf  = `select null::uuid as appointment_id, notice_id as waiting_notice_id, 0 as sequence, min(starts_at) as starts_at from waiting_hours where notice_id = $1 group by notice_id`
)

// insertNotices queues a notice about one thing as it stands, once for each addressee;
// who has it already gets nothing. Where no channel reaches the person it has failed
// at once.
func insertNotices(ctx context.Context, tx postgres.Tx, about string, which uuid.UUID, notice string, to []addressee) ([]queuedRow, error) {
	accounts, channels := make([]uuid.UUID, len(to)), make([]Channel, len(to))
	for i, a := range to {
		accounts[i], channels[i] = a.AccountID, a.Channel
	}
	return postgres.All[queuedRow](ctx, tx, `
		insert into notices (appointment_id, waiting_notice_id, account_id, notice, channel, sequence, starts_at, state, cause, queued_at, settled_at)
		select a.appointment_id, a.waiting_notice_id, t.account_id, $2, t.channel, a.sequence, a.starts_at,
		       case when t.channel = 'none' then 'failed' else 'queued' end, case when t.channel = 'none' then $6 else '' end,
		       $3, case when t.channel = 'none' then $3::timestamptz end
		from (`+about+`) a, unnest($4::uuid[], $5::text[]) as t (account_id, channel)
		on conflict do nothing
		returning id, channel`, which, notice, tx.Now, accounts, channels, causeNoChannel)
}

// insertAgain queues a notice that was lost once more, by another channel.
func insertAgain(ctx context.Context, tx postgres.Tx, lost uuid.UUID, by Channel) ([]queuedRow, error) {
	return postgres.All[queuedRow](ctx, tx, `
		insert into notices (appointment_id, waiting_notice_id, account_id, notice, channel, sequence, starts_at, state, cause, queued_at)
		select n.appointment_id, n.waiting_notice_id, n.account_id, n.notice, $2, n.sequence, n.starts_at, 'queued', '', $3 from notices n where n.id = $1
		on conflict do nothing
		returning id, channel`, lost, by, tx.Now)
}

// lockNotice keeps everybody else from taking the notice until the transaction ends.
func lockNotice(ctx context.Context, tx postgres.Tx, id uuid.UUID) (noticeRow, error) {
	return postgres.One[noticeRow](ctx, tx, `select `+noticeColumns+` from notices n where n.id = $1 for update`, id)
}

// readSuperseded reports whether the person is, or was, told of a later change of the
// appointment.
func readSuperseded(ctx context.Context, q postgres.Querier, n noticeRow) (superseded bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from notices where appointment_id = $1 and account_id = $2 and sequence > $3)`,
		n.AppointmentID, n.AccountID, n.Sequence).Scan(&superseded)
	return superseded, err
}

func setTry(ctx context.Context, tx postgres.Tx, id uuid.UUID, try int) error {
	_, err := tx.Exec(ctx, `update notices set try = $2 where id = $1`, id, try)
	return err
}

func settleNotice(ctx context.Context, tx postgres.Tx, id uuid.UUID, state NoticeState, cause string) error {
	_, err := tx.Exec(ctx, `update notices set state = $2, cause = $3, settled_at = $4 where id = $1`, id, state, cause, tx.Now)
	return err
}

// dueRow is an appointment that somebody is to be reminded of.
type dueRow struct {
	ID            uuid.UUID
	BeneficiaryID uuid.UUID
	StartsAt      time.Time
}

// selectDue finds, from the cursor on, the appointments whose reminder has become due
// and is still of use. Whoever was told anything of the appointment since the
// reminder was due has learnt it there: who booked or moved late is not flooded.
const selectDue = `
	select p.id, p.beneficiary_id, lower(p.period) as starts_at from appointments p
	where p.status = 'confirmed' and lower(p.period) > $1 and lower(p.period) <= $2
	  and (lower(p.period), p.id) > ($3, $4)
	  and p.booked_at <= lower(p.period) - $5::interval
	  and not exists (
		select from notices n where n.appointment_id = p.id and n.account_id = p.beneficiary_id
		and (n.queued_at > lower(p.period) - $5::interval or n.notice = $6 and n.starts_at = lower(p.period)))
	order by lower(p.period), p.id limit $7`

func readDue(ctx context.Context, tx postgres.Tx, notice string, kind noticeKind, after dueRow, most int) ([]dueRow, error) {
	return postgres.All[dueRow](ctx, tx, selectDue,
		tx.Now.Add(kind.useless), tx.Now.Add(kind.before), after.StartsAt, after.ID, kind.before, notice, most)
}

// readUnreached finds the people whom the latest that was to be told of an appointment
// to come, or of an hour that is free still, did not reach by any channel, and whom
// nobody called since.
func readUnreached(ctx context.Context, q postgres.Querier, now time.Time, most int) ([]noticeRow, error) {
	return postgres.All[noticeRow](ctx, q, `
		select distinct on (n.starts_at, n.account_id) `+noticeColumns+` from notices n
		where `+lostNotice+` and n.called_at is null and n.starts_at > $1
		  and (n.waiting_notice_id is null or exists (select from waiting_hours h where h.notice_id = n.waiting_notice_id and not h.gone))
		  and not exists (
			select from notices m where (m.appointment_id = n.appointment_id and m.account_id = n.account_id or m.waiting_notice_id = n.waiting_notice_id)
			and m.queued_at >= n.queued_at and (m.state in ('queued', 'sent') or m.queued_at > n.queued_at and (m.state <> 'dropped' or m.cause = 'no_answer')))
		order by n.starts_at, n.account_id, n.queued_at desc limit $2`, now.Add(-slot.Length), most)
}

func readNoticesOf(ctx context.Context, q postgres.Querier, person uuid.UUID, most int) ([]noticeRow, error) {
	return postgres.All[noticeRow](ctx, q, `
		select `+noticeColumns+` from notices n where n.account_id = $1 order by n.queued_at desc, n.id limit $2`, person, most)
}

// markCalled notes it for what was lost at that instant.
func markCalled(ctx context.Context, tx postgres.Tx, person uuid.UUID, seen time.Time) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		update notices n set called_at = $2 where n.account_id = $1 and `+lostNotice+` and n.called_at is null and n.settled_at <= $3`, person, tx.Now, seen)
	return tag.RowsAffected() > 0, err
}
