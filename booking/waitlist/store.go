package waitlist

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/notification"

	"github.com/google/uuid"
)

type entryRow struct {
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

func (r entryRow) entry() Entry {
	return Entry{
		ID: r.ID, SocialWorkerID: postgres.OrZero(r.SocialWorkerID), Reason: r.Reason, Mode: r.Mode, Language: r.Language,
		AppointmentID: postgres.OrZero(r.AppointmentID), Until: r.Until.UTC(), OpenEnded: r.OpenEnded,
	}
}

const selectEntry = `select e.id, e.account_id, e.social_worker_id, e.reason, e.mode, e.language, e.appointment_id, e.until, e.open_ended from waitlist_entries e `

// stillWaiting is the SQL condition of an entry that is not over at $1.
const stillWaiting = `(e.until > $1
	and not exists (select from appointments p where p.beneficiary_id = e.account_id and p.booked_at > e.created_at and p.status = 'confirmed'
		and (e.social_worker_id is null or e.social_worker_id = p.social_worker_id))
	and (e.appointment_id is null or exists (
		select from appointments p where p.id = e.appointment_id and p.status in ('confirmed', 'requested') and lower(p.period) >= e.until)))`

func readEntries(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) ([]entryRow, error) {
	return postgres.All[entryRow](ctx, q, selectEntry+`where e.account_id = $2 and `+stillWaiting+` order by e.created_at, e.id`, now, person)
}

// readWaiting reads the entries that match that worker's slots after an instant, oldest
// first.
func readWaiting(ctx context.Context, q postgres.Querier, worker worker.Row, after, now time.Time) ([]entryRow, error) {
	return postgres.All[entryRow](ctx, q, selectEntry+`
		where (e.social_worker_id = $2 or e.social_worker_id is null and (e.reason = '' or e.reason = any($3)) and (e.language = '' or e.language = any($4)))
		  and e.until > $5 and `+stillWaiting+` order by e.created_at, e.id`, now, worker.AccountID, worker.Reasons, worker.Languages, after)
}

// readEntry reads an entry that is not over.
func readEntry(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) (entryRow, error) {
	return postgres.One[entryRow](ctx, q, selectEntry+`where e.id = $2 and `+stillWaiting, now, id)
}

func insertEntry(ctx context.Context, tx postgres.Tx, person uuid.UUID, e Entry) error {
	_, err := tx.Exec(ctx, `
		insert into waitlist_entries (account_id, social_worker_id, reason, mode, language, appointment_id, until, open_ended, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		person, postgres.OrNull(e.SocialWorkerID), e.Reason, e.Mode, e.Language, postgres.OrNull(e.AppointmentID), e.Until, e.OpenEnded, tx.Now)
	return err
}

func deleteEntry(ctx context.Context, q postgres.Querier, person, id uuid.UUID) (found bool, err error) {
	tag, err := q.Exec(ctx, `delete from waitlist_entries where account_id = $1 and id = $2`, person, id)
	return tag.RowsAffected() > 0, err
}

// deleteOver deletes all entries that are over.
func deleteOver(ctx context.Context, q postgres.Querier, now time.Time) error {
	_, err := q.Exec(ctx, `delete from waitlist_entries e where not `+stillWaiting, now)
	return err
}

// The releases of which people are notified.

// readNextDue returns when the person may next be notified: now, or when the earliest of
// their latest notifications, delayed ones included, is a day old.
func readNextDue(ctx context.Context, tx postgres.Tx, person uuid.UUID) (due time.Time, err error) {
	err = tx.QueryRow(ctx, `
		select greatest($2::timestamptz, (select due_at + interval '24 hours' from waitlist_releases where account_id = $1 order by due_at desc offset $3 limit 1))`,
		person, tx.Now, maxADay-1).Scan(&due)
	return due, err
}

// unnotified selects the slots with worker $3, at $4, of which person $2 was not notified
// since they were released.
const unnotified = `unnotified as (
	select at from unnest($4::timestamptz[]) as t (at)
	where not exists (select from waitlist_slots h where h.account_id = $2 and h.social_worker_id = $3 and h.starts_at = at and not h.gone))`

// insertRelease adds a release of the slots of which the person was not notified since
// they were released, and returns the first of them. It is zero if there are none, or if
// the person is leaving at the same time.
func insertRelease(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot, due time.Time) (id uuid.UUID, first time.Time, err error) {
	type row struct {
		ReleaseID uuid.UUID
		StartsAt  time.Time
	}
	rows, err := postgres.All[row](ctx, tx, `
		with `+unnotified+`, entry as (
			select id from waitlist_entries where id = $1 for key share skip locked
		), release as (
			insert into waitlist_releases (entry_id, account_id, due_at) select id, $2, $5 from entry where exists (select from unnotified) returning id
		), added as (
			insert into waitlist_slots (release_id, account_id, social_worker_id, starts_at) select id, $2, $3, at from release, unnotified
			returning release_id, starts_at
		)
		select release_id, starts_at from added order by starts_at limit 1`, e.ID, e.AccountID, worker, startsOf(slots), due)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, time.Time{}, err
	}
	return rows[0].ReleaseID, rows[0].StartsAt, nil
}

// joinRelease adds the slots to a release of the entry that is not due yet; joined is
// false if there is none. One that is due within a minute may be sent already and is not
// used.
func joinRelease(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) (joined bool, err error) {
	type row struct {
		ID    uuid.UUID
		First *time.Time // the first added slot; nil for none
	}
	rows, err := postgres.All[row](ctx, tx, `
		with `+unnotified+`, release as (
			select id from waitlist_releases where entry_id = $1 and due_at > $5::timestamptz + interval '1 minute' order by due_at, id limit 1
		), added as (
			insert into waitlist_slots (release_id, account_id, social_worker_id, starts_at) select id, $2, $3, at from release, unnotified
			returning release_id, starts_at
		)
		select r.id, (select min(starts_at) from added where release_id = r.id) as first from release r`, e.ID, e.AccountID, worker, startsOf(slots), tx.Now)
	for _, r := range rows {
		if r.First != nil && err == nil {
			err = notification.BringForward(ctx, tx, r.ID, *r.First)
		}
	}
	return len(rows) > 0, err
}

func startsOf(slots []slot.Slot) []time.Time {
	at := make([]time.Time, len(slots))
	for i, slot := range slots {
		at[i] = slot.StartsAt
	}
	return at
}

// readGivenUp reads which of the worker's slots the person cancelled or moved away from,
// if nobody else has booked them since.
func readGivenUp(ctx context.Context, q postgres.Querier, person, worker uuid.UUID, slots []slot.Slot) ([]time.Time, error) {
	type row struct{ ConcernsAt time.Time }
	rows, err := postgres.All[row](ctx, q, `
		select distinct n.concerns_at from appointments p join lateral `+notification.Of("p.id", "p.beneficiary_id")+` n on true
		where p.beneficiary_id = $1 and p.social_worker_id = $2 and n.concerns_at = any($3)
		  and (p.status in ('cancelled', 'cancelled_late') or p.status in ('confirmed', 'requested') and lower(p.period) <> n.concerns_at)
		  and not exists (select from appointments q where q.social_worker_id = $2 and lower(q.period) = n.concerns_at and q.beneficiary_id <> $1 and q.booked_at > n.queued_at)`,
		person, worker, startsOf(slots))
	at := make([]time.Time, len(rows))
	for i, row := range rows {
		at[i] = row.ConcernsAt
	}
	return at, err
}

// markGone records that slots are no longer available. Notifications of only such slots
// are closed, so that the switchboard calls nobody about them.
func markGone(ctx context.Context, tx postgres.Tx, worker uuid.UUID, slots []time.Time) error {
	if len(slots) == 0 {
		return nil
	}
	type row struct{ ReleaseID uuid.UUID }
	rows, err := postgres.All[row](ctx, tx, `
		with gone as (
			update waitlist_slots set gone = true where social_worker_id = $1 and starts_at = any($2) and not gone returning release_id, starts_at
		)
		select distinct release_id from gone g
		where not exists (
			select from waitlist_slots s where s.release_id = g.release_id and not s.gone and not (s.social_worker_id = $1 and s.starts_at = any($2)))`, worker, slots)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ReleaseID
	}
	return notification.Close(ctx, tx, ids)
}

// releasedRow is a slot of a release, with the time of the notification and the entry; the
// entry is NULL if it was deleted.
type releasedRow struct {
	EntryID        *uuid.UUID
	DueAt          time.Time
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
}

func readReleased(ctx context.Context, q postgres.Querier, release uuid.UUID) ([]releasedRow, error) {
	return postgres.All[releasedRow](ctx, q, `
		select r.entry_id, r.due_at, s.social_worker_id, s.starts_at from waitlist_slots s join waitlist_releases r on r.id = s.release_id
		where s.release_id = $1 and not s.gone order by s.social_worker_id, s.starts_at`, release)
}

// deleteReleases deletes the releases that match a condition, and their notifications.
func deleteReleases(ctx context.Context, tx postgres.Tx, condition string, args ...any) error {
	type row struct{ ID uuid.UUID }
	rows, err := postgres.All[row](ctx, tx, `delete from waitlist_releases where `+condition+` returning id`, args...)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return notification.DeleteAbout(ctx, tx, ids)
}

// Erase deletes a person's entries and releases, and those that wait for them as a worker.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := deleteReleases(ctx, tx, `account_id = $1`, person); err != nil {
		return err
	}
	return postgres.ExecAll(ctx, tx, []string{
		`delete from waitlist_slots where account_id = $1 or social_worker_id = $1`,
		`delete from waitlist_entries where account_id = $1 or social_worker_id = $1`,
	}, person)
}
