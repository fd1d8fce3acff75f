package notification

import (
	"context"
	"encoding/json"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

const columns = `n.id, n.kind, n.subject_id, coalesce(n.version, 0) as version, n.concerns_at, n.account_id, n.channel, n.details, n.state, n.cause, n.queued_at, n.settled_at, n.called_at, n.attempt`

// queuedRow is a notification that was just inserted.
type queuedRow struct {
	ID      uuid.UUID
	Channel Channel
}

// insert inserts a notification for each addressee, and skips those who have it.
func insert(ctx context.Context, tx postgres.Tx, r Request) ([]queuedRow, error) {
	accounts, channels := make([]uuid.UUID, len(r.To)), make([]Channel, len(r.To))
	for i, a := range r.To {
		accounts[i], channels[i] = a.AccountID, a.Channel
	}
	details, err := json.Marshal(r.Details)
	if err != nil {
		return nil, err
	}
	version := &r.Version
	if r.Each {
		version = nil
	}
	return postgres.All[queuedRow](ctx, tx, `
		insert into notifications (kind, subject_id, version, concerns_at, details, account_id, channel, state, cause, queued_at, settled_at)
		select $1, $2, $3, $4, $5, t.account_id, t.channel,
		       case when t.channel = 'none' then 'failed' else 'queued' end, case when t.channel = 'none' then $9 else '' end,
		       $6, case when t.channel = 'none' then $6::timestamptz end
		from unnest($7::uuid[], $8::text[]) as t (account_id, channel)
		on conflict do nothing
		returning id, channel`, r.Kind, r.SubjectID, version, postgres.OrNull(r.ConcernsAt), details, tx.Now, accounts, channels, Unreachable)
}

// insertByChannel inserts a copy of a lost notification for another channel.
func insertByChannel(ctx context.Context, tx postgres.Tx, lost uuid.UUID, by Channel) ([]queuedRow, error) {
	return postgres.All[queuedRow](ctx, tx, `
		insert into notifications (kind, subject_id, version, concerns_at, details, account_id, channel, state, cause, queued_at)
		select kind, subject_id, version, concerns_at, details, account_id, $2, 'queued', '', $3 from notifications where id = $1
		on conflict do nothing
		returning id, channel`, lost, by, tx.Now)
}

// lock locks the notification until the transaction ends.
func lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Notification, error) {
	return postgres.One[Notification](ctx, tx, `select `+columns+` from notifications n where n.id = $1 for update`, id)
}

func setAttempt(ctx context.Context, tx postgres.Tx, id uuid.UUID, attempt int) error {
	_, err := tx.Exec(ctx, `update notifications set attempt = $2 where id = $1`, id, attempt)
	return err
}

func settle(ctx context.Context, tx postgres.Tx, id uuid.UUID, state State, cause string) error {
	_, err := tx.Exec(ctx, `update notifications set state = $2, cause = $3, settled_at = $4 where id = $1`, id, state, cause, tx.Now)
	return err
}

// Superseded reports whether the person was notified, or will be, of a later version of
// the subject.
func Superseded(ctx context.Context, q postgres.Querier, n Notification) (superseded bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from notifications where subject_id = $1 and account_id = $2 and version > $3)`,
		n.SubjectID, n.AccountID, n.Version).Scan(&superseded)
	return superseded, err
}

// LastSent returns when somebody was last sent a notification of the same kind about the
// same subject, zero for never. inHand reports whether another one is being sent.
func LastSent(ctx context.Context, q postgres.Querier, n Notification) (at time.Time, inHand bool, err error) {
	var last *time.Time
	err = q.QueryRow(ctx, `
		select max(settled_at) filter (where state = 'sent'), coalesce(bool_or(state = 'queued' and attempt > 0), false)
		from notifications where subject_id = $1 and account_id = $2 and kind = $3 and id <> $4`, n.SubjectID, n.AccountID, n.Kind, n.ID).Scan(&last, &inHand)
	return postgres.OrZero(last), inHand, err
}

// QueuedAt returns when a version of a subject was first notified of as that kind; zero for never.
func QueuedAt(ctx context.Context, q postgres.Querier, kind string, subject uuid.UUID, version int) (time.Time, error) {
	var first *time.Time
	err := q.QueryRow(ctx, `select min(queued_at) from notifications where kind = $1 and subject_id = $2 and version = $3`, kind, subject, version).Scan(&first)
	return postgres.OrZero(first), err
}

// BringForward sets an earlier hour on the notifications of a subject, if it is earlier.
func BringForward(ctx context.Context, tx postgres.Tx, subject uuid.UUID, concernsAt time.Time) error {
	_, err := tx.Exec(ctx, `update notifications set concerns_at = least(concerns_at, $2) where subject_id = $1`, subject, concernsAt)
	return err
}

// Close marks the notifications of subjects on which nobody can act any longer: the
// switchboard calls nobody about them.
func Close(ctx context.Context, tx postgres.Tx, subjects []uuid.UUID) error {
	_, err := tx.Exec(ctx, `update notifications set closed = true where subject_id = any($1) and not closed`, subjects)
	return err
}

// Of returns an SQL subquery of the notifications of an account about a subject, both
// given as SQL. It has the columns of the table.
func Of(subject, account string) string {
	return `(select * from notifications where subject_id = ` + subject + ` and account_id = ` + account + `)`
}

// lost is the condition of notifications that did not arrive.
const lost = `(n.state in ('failed', 'bounced') or n.cause = '` + NoAnswer + `')`

// Unreached finds people whom the latest notification of a subject did not reach by any
// channel, and whom nobody has called since. It considers followed kinds, and subjects
// whose hour is after the given instant, in order of that hour.
func (s *Service) Unreached(ctx context.Context, q postgres.Querier, after time.Time, most int) ([]Notification, error) {
	return postgres.All[Notification](ctx, q, `
		select distinct on (n.concerns_at, n.account_id) `+columns+` from notifications n
		where `+lost+` and n.called_at is null and not n.closed and n.concerns_at > $1 and n.kind = any($3)
		  and not exists (
			select from notifications m where m.subject_id = n.subject_id and m.account_id = n.account_id
			and m.queued_at >= n.queued_at and (m.state in ('queued', 'sent') or m.queued_at > n.queued_at and (m.state <> 'dropped' or m.cause = '`+NoAnswer+`')))
		order by n.concerns_at, n.account_id, n.queued_at desc limit $2`, after, most, s.followed())
}

func (s *Service) followed() []string { return s.names(func(k Kind) bool { return k.Followed }) }

// To returns the notifications of an account of the followed kinds, latest first.
func (s *Service) To(ctx context.Context, q postgres.Querier, account uuid.UUID, most int) ([]Notification, error) {
	return postgres.All[Notification](ctx, q, `
		select `+columns+` from notifications n where n.account_id = $1 and n.kind = any($3) order by n.queued_at desc, n.id limit $2`, account, most, s.followed())
}

// MarkCalled records that somebody was called about notifications that were known to be
// lost at an instant. found is false if there were none.
func (s *Service) MarkCalled(ctx context.Context, tx postgres.Tx, account uuid.UUID, knownAt time.Time) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		update notifications n set called_at = $2 where n.account_id = $1 and `+lost+` and n.called_at is null and n.settled_at <= $3 and n.kind = any($4)`,
		account, tx.Now, knownAt, s.followed())
	return tag.RowsAffected() > 0, err
}

// MarkCalledAbout records that somebody was called about the lost notifications of a
// subject.
func MarkCalledAbout(ctx context.Context, tx postgres.Tx, subject, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		update notifications n set called_at = $3 where n.subject_id = $1 and n.account_id = $2 and `+lost+` and n.called_at is null`, subject, account, tx.Now)
	return err
}

// DeleteAbout deletes the notifications of subjects.
func DeleteAbout(ctx context.Context, q postgres.Querier, subjects []uuid.UUID) error {
	_, err := q.Exec(ctx, `delete from notifications where subject_id = any($1)`, subjects)
	return err
}

// Erase deletes an account's choices and notifications, except kinds that are kept with their
// subject.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, account uuid.UUID) error {
	if _, err := tx.Exec(ctx, `delete from notification_choices where account_id = $1`, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from notifications where account_id = $1 and kind = any($2)`, account, s.forgotten())
	return err
}

// forgotten returns the kinds that are not kept with their subject.
func (s *Service) forgotten() []string {
	return s.names(func(k Kind) bool { return !k.KeptWithSubject })
}

func deleteOld(ctx context.Context, q postgres.Querier, kinds []string, before time.Time) error {
	_, err := q.Exec(ctx, `delete from notifications where kind = any($1) and settled_at < $2`, kinds, before)
	return err
}
