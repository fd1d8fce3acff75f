package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// Row is an appointment as its table has it.
type Row struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	BeneficiaryID  uuid.UUID
	StartsAt       time.Time
	EndsAt         time.Time
	Mode           slot.Mode
	Reason         string
	ReasonLabel    string
	Place          string
	Status         Status
	Sequence       int
	ChangedAt      time.Time
	AnswerBy       *time.Time
	TimeZone       string
	ShownNumber    string
	SealedNote     []byte
	SealedReply    []byte
	SealedNeeds    []byte
	Voicemail      bool
	TriedAt        []time.Time
}

// Appointment is the row without names.
func (r Row) Appointment() Appointment {
	a := Appointment{
		ID: r.ID, SocialWorkerID: r.SocialWorkerID, BeneficiaryID: r.BeneficiaryID, StartsAt: r.StartsAt.UTC(), EndsAt: r.EndsAt.UTC(),
		Mode: r.Mode, Reason: r.Reason, ReasonLabel: r.ReasonLabel, Place: r.Place, Status: r.Status, Sequence: r.Sequence,
		ChangedAt: r.ChangedAt.UTC(), Zone: zone.Of(r.TimeZone), ShownNumber: r.ShownNumber, Voicemail: r.Voicemail,
	}
	for _, at := range r.TriedAt {
		a.Tries = append(a.Tries, at.UTC())
	}
	if r.AnswerBy != nil {
		a.AnswerBy = r.AnswerBy.UTC()
	}
	return a
}

// Select reads rows of appointments p.
const Select = `
	select p.id, p.social_worker_id, p.beneficiary_id, lower(p.period) as starts_at, upper(p.period) as ends_at, p.mode, coalesce(p.reason, '') as reason,
	       coalesce(r.label, 'Effacé') as reason_label, p.place, p.status, p.sequence, p.changed_at, p.answer_by, w.time_zone, w.shown_number, p.sealed_note, p.sealed_reply, p.sealed_needs, p.voicemail, p.tried_at
	from appointments p left join reasons r on r.slug = p.reason join social_workers w on w.account_id = p.social_worker_id `

const isTheirs = `(p.beneficiary_id = $1 or p.social_worker_id = $1)`

// Occupying is Status.Occupies in SQL, with the same text as in the constraints, so that
// their indexes are used.
const Occupying = `status in ('confirmed', 'requested', 'held', 'no_show')`

// OccupyingAt is Occupying at the instant of that parameter: an overdue request blocks
// nothing, even before it is released.
func OccupyingAt(now string) string {
	return Occupying + ` and (status <> 'requested' or answer_by >= ` + now + `)`
}

// isComing is the SQL condition of upcoming appointments, at $2.
const isComing = `(upper(p.period) > $2 and (p.status = 'confirmed' or p.status = 'requested' and p.answer_by >= $2))`

func oneAppointment(ctx context.Context, q postgres.Querier, sql string, viewer, id uuid.UUID) (Row, error) {
	row, err := postgres.One[Row](ctx, q, sql, viewer, id)
	if postgres.NoRows(err) {
		return row, ErrNotFound
	}
	return row, err
}

// Read reads one of the viewer's own; NotFound for others.
func Read(ctx context.Context, q postgres.Querier, viewer, id uuid.UUID) (Row, error) {
	return oneAppointment(ctx, q, Select+`where p.id = $2 and `+isTheirs, viewer, id)
}

// callRow is a row with what limits how long its call may run over.
type callRow struct {
	Row
	OverrunMinutes int
	NextAt         *time.Time // when the worker's next appointment begins, within Doors of the end
}

func (r callRow) appointment() Appointment {
	a := r.Row.Appointment()
	a.CallUntil = a.EndsAt.Add(time.Duration(r.OverrunMinutes) * time.Minute)
	if r.NextAt != nil && r.NextAt.Before(a.CallUntil) {
		a.CallUntil = r.NextAt.UTC()
	}
	return a
}

func readCalls(ctx context.Context, q postgres.Querier, ids []uuid.UUID) ([]callRow, error) {
	return postgres.All[callRow](ctx, q, `select c.*, w.overrun_minutes, (
			select min(lower(n.period)) from appointments n
			where n.social_worker_id = c.social_worker_id and n.`+Occupying+` and n.status <> 'requested' and n.period && tstzrange(c.ends_at, c.ends_at + $2::interval)
		) as next_at
		from (`+Select+`where p.id = any($1)) c join social_workers w on w.account_id = c.social_worker_id`, ids, Doors)
}

// Lock reads one of the viewer's own and locks it.
func Lock(ctx context.Context, tx postgres.Tx, viewer, id uuid.UUID) (Row, error) {
	return oneAppointment(ctx, tx, Select+`where p.id = $2 and `+isTheirs+` for no key update of p`, viewer, id)
}

func readComing(ctx context.Context, q postgres.Querier, viewer uuid.UUID, now time.Time) ([]Row, error) {
	return postgres.All[Row](ctx, q, Select+`
		where `+isTheirs+` and `+isComing+` order by lower(p.period) limit $3`, viewer, now, listed)
}

func readPast(ctx context.Context, q postgres.Querier, viewer uuid.UUID, now time.Time) ([]Row, error) {
	return postgres.All[Row](ctx, q, Select+`
		where `+isTheirs+` and not `+isComing+` order by lower(p.period) desc limit $3`, viewer, now, listed)
}

// ReadWeek reads the appointments that occupy a worker's agenda inside span, at now.
func ReadWeek(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period, now time.Time) ([]Row, error) {
	return postgres.All[Row](ctx, q, Select+`
		where p.social_worker_id = $1 and `+OccupyingAt("$4")+` and lower(p.period) >= $2 and lower(p.period) < $3
		order by lower(p.period)`, worker, span.From, span.To, now)
}

// Has reports whether a person has another appointment in p.
func Has(ctx context.Context, q postgres.Querier, beneficiary, except uuid.UUID, p slot.Period, now time.Time) (has bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from appointments where beneficiary_id = $1 and period && tstzrange($2, $3) and `+OccupyingAt("$4")+` and id <> $5)`,
		beneficiary, p.From, p.To, now, except).Scan(&has)
	return has, err
}

// MarkCancelled sets the state of a cancelled appointment, with a sealed message.
func MarkCancelled(ctx context.Context, tx postgres.Tx, id uuid.UUID, status Status, reply []byte) error {
	_, err := tx.Exec(ctx, `
		update appointments set status = $2, cancelled_at = $3, sealed_reply = $4, sequence = sequence + 1 where id = $1`,
		id, status, tx.Now, reply)
	return err
}

func readRelations(ctx context.Context, q postgres.Querier, viewer uuid.UUID) ([]Relation, error) {
	return postgres.All[Relation](ctx, q, `
		select p.beneficiary_id, '' as beneficiary_name, p.social_worker_id, '' as social_worker_name, max(lower(p.period)) as latest
		from appointments p where `+isTheirs+`
		group by p.beneficiary_id, p.social_worker_id order by latest desc`, viewer)
}

// ReadComing finds the worker's appointments that overlap span and are upcoming at now.
func ReadComing(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period, now time.Time) ([]Row, error) {
	return postgres.All[Row](ctx, q, Select+`
		where p.social_worker_id = $1 and `+Occupying+` and p.period && tstzrange($3, $4) and `+isComing+` order by lower(p.period)`,
		worker, now, span.From, span.To)
}

// OfWorkers groups rows by worker, in order.
func OfWorkers[R, T any](rows []R, split func(R) (uuid.UUID, T)) map[uuid.UUID][]T {
	all := map[uuid.UUID][]T{}
	for _, row := range rows {
		worker, item := split(row)
		all[worker] = append(all[worker], item)
	}
	return all
}

// periodRow is a period of a worker.
type periodRow struct {
	SocialWorkerID uuid.UUID
	slot.Period
}

// ReadPeriods reads periods by worker.
func ReadPeriods(ctx context.Context, q postgres.Querier, sql string, args ...any) (map[uuid.UUID][]slot.Period, error) {
	rows, err := postgres.All[periodRow](ctx, q, sql, args...)
	return OfWorkers(rows, func(r periodRow) (uuid.UUID, slot.Period) { return r.SocialWorkerID, r.Period }), err
}

// ReadOccupied reads the periods that appointments occupy in the workers' agendas at now,
// in order. An appointment lasts an hour, so that an index on the start finds those that
// overlap span.
func ReadOccupied(ctx context.Context, q postgres.Querier, span slot.Period, now time.Time, workers ...uuid.UUID) (map[uuid.UUID][]slot.Period, error) {
	return ReadPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from appointments
		where social_worker_id = any($1) and lower(period) > $2 and lower(period) < $3 and `+OccupyingAt("$4")+`
		order by lower(period)`, workers, span.From.Add(-slot.Length), span.To, now)
}

// ReadMarkedWith reads the workers with whom the person's bookings are requests.
func ReadMarkedWith(ctx context.Context, q postgres.Querier, person uuid.UUID) ([]uuid.UUID, error) {
	type row struct{ SocialWorkerID uuid.UUID }
	rows, err := postgres.All[row](ctx, q, `select social_worker_id from late_marks where beneficiary_id = $1`, person)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.SocialWorkerID
	}
	return ids, err
}

// ReadOwnHours reads the periods of a person's appointments within span, except one.
func ReadOwnHours(ctx context.Context, q postgres.Querier, person, but uuid.UUID, span slot.Period, now time.Time) ([]slot.Period, error) {
	return postgres.All[slot.Period](ctx, q, `
		select lower(period) as "from", upper(period) as "to" from appointments
		where beneficiary_id = $1 and period && tstzrange($2, $3) and `+OccupyingAt("$4")+` and id <> $5 order by lower(period)`, person, span.From, span.To, now, but)
}

// ReadLost reads, by worker, the periods inside span of which the worker deprived the
// person: cancelled, or declined. They are never offered to this person again (R20).
func ReadLost(ctx context.Context, q postgres.Querier, person uuid.UUID, span slot.Period) (map[uuid.UUID][]slot.Period, error) {
	return ReadPeriods(ctx, q, `
		select social_worker_id, lower(period) as "from", upper(period) as "to" from appointments
		where beneficiary_id = $1 and period && tstzrange($2, $3) and status in ('cancelled_by_worker', 'declined')`, person, span.From, span.To)
}

func countComing(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(*) from appointments p
		where `+isTheirs+` and `+isComing, person, now).Scan(&n)
	return n, err
}

// ReadAny reads an appointment without checking a viewer: for the platform itself.
func ReadAny(ctx context.Context, q postgres.Querier, id uuid.UUID) (Row, error) {
	return postgres.One[Row](ctx, q, Select+`where p.id = $1`, id)
}

// Erase removes the subject and what was written from a person's appointments. The
// appointments stay, since they are the other person's too.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`update appointments set reason = null, sealed_note = null, sealed_reply = null, sealed_needs = null, voicemail = false, tried_at = '{}' where beneficiary_id = $1`,
		`update appointments set place_id = null where social_worker_id = $1`,
		`delete from counted_people where beneficiary_id = $1`,
		`delete from late_marks where beneficiary_id = $1 or social_worker_id = $1`,
		`delete from booking_acts where account_id = $1`,
	}, person)
}
