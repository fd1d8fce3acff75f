package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Venue is where an appointment in person takes place: one of the worker's places, and its
// text at the time of booking. It is zero for other modes.
type Venue struct {
	PlaceID *uuid.UUID
	Words   string
}

// Draft is an appointment to be inserted.
type Draft struct {
	Request
	ID       uuid.UUID
	PersonID uuid.UUID
	Status   Status
	AnswerBy *time.Time // of a request
	Venue    Venue      // for in-person appointments only
	Note     []byte     // sealed

	SealedNeeds []byte
}

// Insert adds an appointment. Constraints of the database refuse a slot that is booked (R13).
func Insert(ctx context.Context, tx postgres.Tx, n Draft) error {
	_, err := tx.Exec(ctx, `
		insert into appointments (id, social_worker_id, beneficiary_id, period, mode, reason, place, place_id, sealed_note, sealed_needs, status, answer_by, booked_at, voicemail)
		values ($1, $2, $3, tstzrange($4, $5), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		n.ID, n.SocialWorkerID, n.PersonID, n.StartsAt, n.StartsAt.Add(slot.Length), n.Mode, n.Reason, n.Venue.Words, n.Venue.PlaceID, n.Note, n.SealedNeeds,
		n.Status, n.AnswerBy, tx.Now, n.Voicemail)
	return err
}

// readAnybodys reads an appointment of any person, for a viewer who may act on behalf of
// anybody.
func readAnybodys(ctx context.Context, q postgres.Querier, id uuid.UUID) (Row, error) {
	row, err := postgres.One[Row](ctx, q, Select+`where p.id = $1`, id)
	if postgres.NoRows(err) {
		return row, ErrNotFound
	}
	return row, err
}

// LockAny locks anybody's appointment.
func LockAny(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Row, error) {
	return postgres.One[Row](ctx, tx, Select+`where p.id = $1 for no key update of p`, id)
}

// MoveTo sets the period of an appointment.
func MoveTo(ctx context.Context, tx postgres.Tx, id uuid.UUID, to slot.Period, where Venue, status Status, answerBy *time.Time) error {
	_, err := tx.Exec(ctx, `
		update appointments set period = tstzrange($2, $3), place = $4, place_id = $5, status = $6, answer_by = $7, sequence = sequence + 1 where id = $1`,
		id, to.From, to.To, where.Words, where.PlaceID, status, answerBy)
	return err
}

// SetMode sets the mode of an appointment, and removes its place.
func SetMode(ctx context.Context, tx postgres.Tx, id uuid.UUID, mode slot.Mode) error {
	_, err := tx.Exec(ctx, `update appointments set mode = $2, place = '', place_id = null, sequence = sequence + 1 where id = $1`, id, mode)
	return err
}

func setStatus(ctx context.Context, tx postgres.Tx, id uuid.UUID, status Status) error {
	_, err := tx.Exec(ctx, `update appointments set status = $2 where id = $1`, id, status)
	return err
}

// MarkAccepted confirms a request.
func MarkAccepted(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update appointments set status = 'confirmed', sequence = sequence + 1 where id = $1`, id)
	return err
}

// SetNeeds replaces the sealed needs.
func SetNeeds(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update appointments set sealed_needs = $2, sequence = sequence + 1 where id = $1`, id, sealed)
	return err
}

// MarkChanged counts a change that is stored elsewhere, so that people are notified of it once.
func MarkChanged(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update appointments set sequence = sequence + 1 where id = $1`, id)
	return err
}

// setVoicemail sets whether the worker may leave a voice message.
func setVoicemail(ctx context.Context, tx postgres.Tx, id uuid.UUID, may bool) error {
	_, err := tx.Exec(ctx, `update appointments set voicemail = $2 where id = $1`, id, may)
	return err
}

// AddTry records that the worker called now, and nobody answered.
func AddTry(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update appointments set tried_at = tried_at || $2::timestamptz, sequence = sequence + 1 where id = $1`, id, tx.Now)
	return err
}

// ReleasedRow is a request that expired and released its slot.
type ReleasedRow struct {
	ID             uuid.UUID
	BeneficiaryID  uuid.UUID
	SocialWorkerID uuid.UUID
}

// ExpireRequests expires the overdue requests of the worker and of the person. They are
// locked in one order, so that two transactions do not deadlock.
func ExpireRequests(ctx context.Context, tx postgres.Tx, worker, person uuid.UUID) ([]ReleasedRow, error) {
	return postgres.All[ReleasedRow](ctx, tx, `
		update appointments set status = 'expired', sequence = sequence + 1
		where id in (select id from appointments
			where status = 'requested' and answer_by < $1 and (social_worker_id = $2 or beneficiary_id = $3) order by id for no key update)
		returning id, beneficiary_id, social_worker_id`, tx.Now, worker, person)
}

type overdueRow struct {
	SocialWorkerID uuid.UUID
	BeneficiaryID  uuid.UUID
}

// ReadOverdue lists requests whose deadline has passed.
func ReadOverdue(ctx context.Context, q postgres.Querier, now time.Time, most int) ([]overdueRow, error) {
	return postgres.All[overdueRow](ctx, q, `
		select social_worker_id, beneficiary_id from appointments
		where status = 'requested' and answer_by < $1 order by answer_by limit $2`, now, most)
}

func readRequests(ctx context.Context, q postgres.Querier, worker uuid.UUID, now time.Time) ([]Row, error) {
	return postgres.All[Row](ctx, q, Select+`
		where p.social_worker_id = $1 and p.status = 'requested' and p.answer_by >= $2 order by p.answer_by, p.id limit $3`, worker, now, listed)
}

// InsertMark records that the person cancelled or moved late with that worker (R18).
func InsertMark(ctx context.Context, tx postgres.Tx, worker, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		insert into late_marks (social_worker_id, beneficiary_id, marked_at) values ($1, $2, $3)
		on conflict (social_worker_id, beneficiary_id) do update set marked_at = $3`, worker, person, tx.Now)
	return err
}

func deleteMark(ctx context.Context, tx postgres.Tx, worker, person uuid.UUID) (found bool, err error) {
	tag, err := tx.Exec(ctx, `delete from late_marks where social_worker_id = $1 and beneficiary_id = $2`, worker, person)
	return tag.RowsAffected() > 0, err
}

// ReadMark returns since when the person is marked; zero if they are not.
func ReadMark(ctx context.Context, q postgres.Querier, worker, person uuid.UUID) (at time.Time, err error) {
	err = q.QueryRow(ctx, `select marked_at from late_marks where social_worker_id = $1 and beneficiary_id = $2`, worker, person).Scan(&at)
	if postgres.NoRows(err) {
		return time.Time{}, nil
	}
	return at, err
}

// hasMet reports whether the two have, or had, an appointment.
func hasMet(ctx context.Context, q postgres.Querier, worker, person uuid.UUID) (has bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from appointments where social_worker_id = $1 and beneficiary_id = $2)`, worker, person).Scan(&has)
	return has, err
}

// countUsed counts the appointments of the span that use a consultation of the person,
// except one.
func countUsed(ctx context.Context, q postgres.Querier, person, except uuid.UUID, span slot.Period, now time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(*) from appointments
		where beneficiary_id = $1 and id <> $2 and lower(period) >= $3 and lower(period) < $4 and `+OccupyingAt("$5"),
		person, except, span.From, span.To, now).Scan(&n)
	return n, err
}

// CancelledRow is an appointment cancelled by an erasure, and the person to notify.
type CancelledRow struct {
	ID      uuid.UUID
	OtherID uuid.UUID
}

// CancelComing cancels all upcoming appointments and requests of a person.
func CancelComing(ctx context.Context, tx postgres.Tx, person uuid.UUID) ([]CancelledRow, error) {
	return postgres.All[CancelledRow](ctx, tx, `
		update appointments
		set status = case when social_worker_id = $1 then 'cancelled_by_worker' else 'cancelled' end, cancelled_at = $2, sequence = sequence + 1
		where (beneficiary_id = $1 or social_worker_id = $1) and lower(period) > $2 and status in ('confirmed', 'requested')
		returning id, case when social_worker_id = $1 then beneficiary_id else social_worker_id end as other_id`, person, tx.Now)
}
