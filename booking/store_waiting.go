package booking

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type wishRow struct {
	ID             uuid.UUID
	AccountID      uuid.UUID
	SocialWorkerID *uuid.UUID
	Reason         string
	Mode           slot.Mode
	Language       string
	AppointmentID  *uuid.UUID
	Until          time.Time
	OpenEnded      bool
}

func (r wishRow) wish() Wish {
	return Wish{
		ID: r.ID, SocialWorkerID: postgres.OrZero(r.SocialWorkerID), Reason: r.Reason, Mode: r.Mode, Language: r.Language,
		AppointmentID: postgres.OrZero(r.AppointmentID), Until: r.Until.UTC(), OpenEnded: r.OpenEnded,
	}
}

const selectWish = `select e.id, e.account_id, e.social_worker_id, e.reason, e.mode, e.language, e.appointment_id, e.until, e.open_ended from waiting_entries e `

// stillWaiting is the condition of a wish that is not over at the instant of $1.
const stillWaiting = `(e.until > $1
	and not exists (select from appointments p where p.beneficiary_id = e.account_id and p.booked_at > e.created_at and p.status = 'confirmed'
		and (e.social_worker_id is null or e.social_worker_id = p.social_worker_id))
	and (e.appointment_id is null or exists (
		select from appointments p where p.id = e.appointment_id and p.status in ('confirmed', 'requested') and lower(p.period) >= e.until)))`

func readWishes(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) ([]wishRow, error) {
	return postgres.All[wishRow](ctx, q, selectWish+`where e.account_id = $2 and `+stillWaiting+` order by e.created_at, e.id`, now, person)
}

// readWaitingFor finds who waits for hours of that worker after an instant, in the
// order in which they came.
func readWaitingFor(ctx context.Context, q postgres.Querier, worker worker.Row, after, now time.Time) ([]wishRow, error) {
	return postgres.All[wishRow](ctx, q, selectWish+`
		where (e.social_worker_id = $2 or e.social_worker_id is null and (e.reason = '' or e.reason = any($3)) and (e.language = '' or e.language = any($4)))
		  and e.until > $5 and `+stillWaiting+` order by e.created_at, e.id`, now, worker.AccountID, worker.Reasons, worker.Languages, after)
}

// readWish returns one that is not over.
func readWish(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) (wishRow, error) {
	return postgres.One[wishRow](ctx, q, selectWish+`where e.id = $2 and `+stillWaiting, now, id)
}

func insertWish(ctx context.Context, tx postgres.Tx, person uuid.UUID, w Wish) error {
	_, err := tx.Exec(ctx, `
		insert into waiting_entries (account_id, social_worker_id, reason, mode, language, appointment_id, until, open_ended, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		person, postgres.OrNull(w.SocialWorkerID), w.Reason, w.Mode, w.Language, postgres.OrNull(w.AppointmentID), w.Until, w.OpenEnded, tx.Now)
	return err
}

func deleteWish(ctx context.Context, q postgres.Querier, person, id uuid.UUID) (found bool, err error) {
	tag, err := q.Exec(ctx, `delete from waiting_entries where account_id = $1 and id = $2`, person, id)
	return tag.RowsAffected() > 0, err
}

// deleteOverWishes forgets everybody's wishes that are over.
func deleteOverWishes(ctx context.Context, q postgres.Querier, now time.Time) error {
	_, err := q.Exec(ctx, `delete from waiting_entries e where not `+stillWaiting, now)
	return err
}

// What was told.

// readTellable is when the person may next be told of something: now, or when the
// earliest of their latest notices, those that wait too, is a day old.
func readTellable(ctx context.Context, tx postgres.Tx, person uuid.UUID) (due time.Time, err error) {
	err = tx.QueryRow(ctx, `
		select greatest($2::timestamptz, (select queued_at + interval '24 hours' from waiting_notices where account_id = $1 order by queued_at desc offset $3 limit 1))`,
		person, tx.Now, maxToldADay-1).Scan(&due)
	return due, err
}

// untold are the hours of $2 with worker $3, at $4, that person $2 was not told of since
// they are free.
const untold = `untold as (
	select at from unnest($4::timestamptz[]) as t (at)
	where not exists (select from waiting_hours h where h.account_id = $2 and h.social_worker_id = $3 and h.starts_at = at and not h.gone))`

// insertTold queues a notice of the hours that the person was not told of since they
// are free, for when it is due; anew is false when there are none, and when the person
// is just ending the wish.
func insertTold(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, hours []slot.Slot, due time.Time) (id uuid.UUID, anew bool, err error) {
	type row struct{ NoticeID uuid.UUID }
	rows, err := postgres.All[row](ctx, tx, `
		with `+untold+`, wish as (
			select id from waiting_entries where id = $1 for key share skip locked
		), notice as (
			insert into waiting_notices (entry_id, account_id, queued_at) select id, $2, $5 from wish where exists (select from untold) returning id
		)
		insert into waiting_hours (notice_id, account_id, social_worker_id, starts_at) select id, $2, $3, at from notice, untold
		returning notice_id`, w.ID, w.AccountID, worker, startsOf(hours), due)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, false, err
	}
	return rows[0].NoticeID, true, nil
}

// joinTold adds the hours that the person was not told of to a notice for the wish that
// is not due yet; joined is false when there is none. One that is due within the minute
// may be on its way.
func joinTold(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, hours []slot.Slot) (joined bool, err error) {
	err = tx.QueryRow(ctx, `
		with `+untold+`, notice as (
			select id from waiting_notices where entry_id = $1 and queued_at > $5::timestamptz + interval '1 minute'
		), added as (
			insert into waiting_hours (notice_id, account_id, social_worker_id, starts_at) select id, $2, $3, at from notice, untold
			returning notice_id, starts_at
		), earlier as (
			update notices n set starts_at = least(n.starts_at, (select min(starts_at) from added)) from notice where n.waiting_notice_id = notice.id
		)
		select exists (select from notice)`, w.ID, w.AccountID, worker, startsOf(hours), tx.Now).Scan(&joined)
	return joined, err
}

func startsOf(slots []slot.Slot) []time.Time {
	at := make([]time.Time, len(slots))
	for i, slot := range slots {
		at[i] = slot.StartsAt
	}
	return at
}

// readOwnGivenUp finds which of the worker's hours the person had, and cancelled or
// moved elsewhere, if nobody else has booked them since.
func readOwnGivenUp(ctx context.Context, q postgres.Querier, person, worker uuid.UUID, hours []slot.Slot) ([]time.Time, error) {
	type row struct{ StartsAt time.Time }
	rows, err := postgres.All[row](ctx, q, `
		select distinct n.starts_at from appointments p join notices n on n.appointment_id = p.id and n.account_id = p.beneficiary_id
		where p.beneficiary_id = $1 and p.social_worker_id = $2 and n.starts_at = any($3)
		  and (p.status in ('cancelled', 'cancelled_late') or p.status in ('confirmed', 'requested') and lower(p.period) <> n.starts_at)
		  and not exists (select from appointments q where q.social_worker_id = $2 and lower(q.period) = n.starts_at and q.beneficiary_id <> $1 and q.booked_at > n.queued_at)`,
		person, worker, startsOf(hours))
	at := make([]time.Time, len(rows))
	for i, row := range rows {
		at[i] = row.StartsAt
	}
	return at, err
}

func markGone(ctx context.Context, tx postgres.Tx, worker uuid.UUID, hours []time.Time) error {
	if len(hours) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `update waiting_hours set gone = true where social_worker_id = $1 and starts_at = any($2) and not gone`, worker, hours)
	return err
}

// waitingHourRow is an hour that somebody is told of, when, and the wish that it is for;
// zero for one that is no more.
type waitingHourRow struct {
	EntryID        *uuid.UUID
	QueuedAt       time.Time
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
}

func readToldHours(ctx context.Context, q postgres.Querier, notice uuid.UUID) ([]waitingHourRow, error) {
	return postgres.All[waitingHourRow](ctx, q, `
		select n.entry_id, n.queued_at, h.social_worker_id, h.starts_at from waiting_hours h join waiting_notices n on n.id = h.notice_id
		where h.notice_id = $1 and not h.gone order by h.social_worker_id, h.starts_at`, notice)
}

// deleteOldTold forgets what people were told before then, and how it went.
func deleteOldTold(ctx context.Context, q postgres.Querier, before time.Time) error {
	_, err := q.Exec(ctx, `delete from waiting_notices where queued_at < $1`, before)
	return err
}
