package booking

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type wishRow struct {
	ID             uuid.UUID
	AccountID      uuid.UUID
	SocialWorkerID *uuid.UUID
	Reason         string
	Mode           Mode
	Language       string
	AppointmentID  *uuid.UUID
	Until          time.Time
	OpenEnded      bool
}

func (r wishRow) wish() Wish {
	return Wish{
		ID: r.ID, SocialWorkerID: orZero(r.SocialWorkerID), Reason: r.Reason, Mode: r.Mode, Language: r.Language,
		AppointmentID: orZero(r.AppointmentID), Until: r.Until.UTC(), OpenEnded: r.OpenEnded,
	}
}

const selectWish = `select e.id, e.account_id, e.social_worker_id, e.reason, e.mode, e.language, e.appointment_id, e.until, e.open_ended from waiting_entries e `

// stillWaiting is the condition of a wish that is not over at the instant of $1.
const stillWaiting = `(e.until > $1
	and not exists (select from appointments p where p.beneficiary_id = e.account_id and p.booked_at > e.created_at and p.status = 'confirmed'
		and (e.social_worker_id is null or e.social_worker_id = p.social_worker_id))
	and (e.appointment_id is null or exists (
		select from appointments p where p.id = e.appointment_id and p.status in ('confirmed', 'requested') and lower(p.period) = e.until)))`

func readWishes(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) ([]wishRow, error) {
	return postgres.All[wishRow](ctx, q, selectWish+`where e.account_id = $2 and `+stillWaiting+` order by e.created_at, e.id`, now, person)
}

// readWaitingFor finds who waits for hours of that worker after an instant, in the
// order in which they came.
func readWaitingFor(ctx context.Context, q postgres.Querier, worker workerRow, after, now time.Time) ([]wishRow, error) {
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
		person, orNull(w.SocialWorkerID), w.Reason, w.Mode, w.Language, orNull(w.AppointmentID), w.Until, w.OpenEnded, tx.Now)
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

// countTold counts the notices to a person since then.
func countTold(ctx context.Context, q postgres.Querier, person uuid.UUID, since time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `select count(*) from waiting_notices where account_id = $1 and queued_at > $2`, person, since).Scan(&n)
	return n, err
}

// insertTold queues a notice of the hours that the person was not told of since they
// are free; anew is false when there are none, and when the person is just ending the
// wish.
func insertTold(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, hours []Slot) (id uuid.UUID, anew bool, err error) {
	at := make([]time.Time, len(hours))
	for i, hour := range hours {
		at[i] = hour.StartsAt
	}
	type row struct{ NoticeID uuid.UUID }
	rows, err := postgres.All[row](ctx, tx, `
		with untold as (
			select at from unnest($4::timestamptz[]) as t (at)
			where not exists (select from waiting_hours h where h.account_id = $2 and h.social_worker_id = $3 and h.starts_at = at and not h.gone)
		), wish as (
			select id from waiting_entries where id = $1 for key share skip locked
		), notice as (
			insert into waiting_notices (entry_id, account_id, queued_at) select id, $2, $5 from wish where exists (select from untold) returning id
		)
		insert into waiting_hours (notice_id, account_id, social_worker_id, starts_at) select id, $2, $3, at from notice, untold
		returning notice_id`, w.ID, w.AccountID, worker, at, tx.Now)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, false, err
	}
	return rows[0].NoticeID, true, nil
}

func markGone(ctx context.Context, tx postgres.Tx, worker uuid.UUID, hours []time.Time) error {
	if len(hours) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `update waiting_hours set gone = true where social_worker_id = $1 and starts_at = any($2) and not gone`, worker, hours)
	return err
}

// waitingHourRow is an hour that somebody was told of, and the wish that it was for;
// zero for one that is no more.
type waitingHourRow struct {
	EntryID        *uuid.UUID
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
}

func readToldHours(ctx context.Context, q postgres.Querier, notice uuid.UUID) ([]waitingHourRow, error) {
	return postgres.All[waitingHourRow](ctx, q, `
		select n.entry_id, h.social_worker_id, h.starts_at from waiting_hours h join waiting_notices n on n.id = h.notice_id
		where h.notice_id = $1 and not h.gone order by h.starts_at`, notice)
}

// deleteOldTold forgets what people were told before then, and how it went.
func deleteOldTold(ctx context.Context, q postgres.Querier, before time.Time) error {
	_, err := q.Exec(ctx, `delete from waiting_notices where queued_at < $1`, before)
	return err
}
