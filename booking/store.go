package booking

import (
	"context"
	"time"

	"socialdirect/account"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// The constraints that keep R13.
const (
	workerOverlap      = "appointments_worker_overlap"
	beneficiaryOverlap = "appointments_beneficiary_overlap"
)

// Workers.

type workerRow struct {
	AccountID    uuid.UUID
	Presentation string
	Languages    []string
	Reasons      []string
	Modes        []string
	TimeZone     string
	Portrait     string
	Settings
}

const workerColumns = `account_id, presentation, languages, reasons, modes, time_zone, portrait_version as portrait,
	holiday_region, buffer_before, buffer_after, notice_hours, horizon_weeks, per_day`

func (r workerRow) zone() *time.Location { return zone.Of(r.TimeZone) }

func (r workerRow) modes() []slot.Mode { return slot.ParseModes(r.Modes) }

func (r workerRow) sheet(person account.Person, offered []Reason) SocialWorker {
	person.Zone = r.zone()
	return SocialWorker{
		Person: person, Presentation: r.Presentation, Languages: r.Languages, Reasons: reasonsTaken(offered, r.Reasons),
		Modes: r.modes(), Portrait: r.Portrait,
	}
}

func insertWorker(ctx context.Context, tx postgres.Tx, id uuid.UUID, n NewSocialWorker) error {
	_, err := tx.Exec(ctx, `
		insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone, holiday_region) values ($1, $2, $3, $4, $5, $6, $7)`,
		id, n.Presentation, n.Languages, n.Reasons, n.Modes, n.Zone, slot.RegionOf(n.Zone))
	return err
}

func oneWorker(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (workerRow, error) {
	row, err := postgres.One[workerRow](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return row, errNotOffered
	}
	return row, err
}

func readWorker(ctx context.Context, q postgres.Querier, id uuid.UUID) (workerRow, error) {
	return oneWorker(ctx, q, `select `+workerColumns+` from social_workers where account_id = $1`, id)
}

// lockWorker makes bookings with one worker wait for each other. Rows that only refer
// to the worker, or to an appointment that is locked, do not wait: who writes one keeps
// to no order (hence no key update, here and wherever this package locks).
func lockWorker(ctx context.Context, tx postgres.Tx, id uuid.UUID) (workerRow, error) {
	return oneWorker(ctx, tx, `select `+workerColumns+` from social_workers where account_id = $1 for no key update`, id)
}

func readWorkers(ctx context.Context, q postgres.Querier, page int) ([]workerRow, error) {
	return postgres.All[workerRow](ctx, q, `select `+workerColumns+` from social_workers order by account_id offset $1 limit $2`, page*sheetsAtOnce, sheetsAtOnce+1)
}

func updateSheet(ctx context.Context, tx postgres.Tx, id uuid.UUID, sheet Sheet) error {
	_, err := tx.Exec(ctx, `
		update social_workers set presentation = $2, languages = $3, reasons = $4, modes = $5 where account_id = $1`,
		id, sheet.Presentation, sheet.Languages, sheet.Reasons, sheet.Modes)
	return err
}

func putPortrait(ctx context.Context, tx postgres.Tx, id uuid.UUID, jpeg []byte, version string) error {
	if _, err := tx.Exec(ctx, `
		insert into portraits (account_id, jpeg) values ($1, $2) on conflict (account_id) do update set jpeg = $2`, id, jpeg); err != nil {
		return err
	}
	return setPortraitVersion(ctx, tx, id, version)
}

func deletePortrait(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `delete from portraits where account_id = $1`, id); err != nil {
		return err
	}
	return setPortraitVersion(ctx, tx, id, "")
}

func setPortraitVersion(ctx context.Context, tx postgres.Tx, id uuid.UUID, version string) error {
	_, err := tx.Exec(ctx, `update social_workers set portrait_version = $2 where account_id = $1`, id, version)
	return err
}

func readPortrait(ctx context.Context, q postgres.Querier, id uuid.UUID) (jpeg []byte, version string, err error) {
	err = q.QueryRow(ctx, `
		select p.jpeg, w.portrait_version from portraits p join social_workers w using (account_id) where account_id = $1`, id).Scan(&jpeg, &version)
	return jpeg, version, err
}

// Reasons.

func readReasons(ctx context.Context, q postgres.Querier) ([]Reason, error) {
	return postgres.All[Reason](ctx, q, `select slug, label, retired from reasons where not retired order by position, slug`)
}

const selectAllReasons = `select slug, label, retired from reasons order by position, slug`

func readAllReasons(ctx context.Context, q postgres.Querier) ([]Reason, error) {
	return postgres.All[Reason](ctx, q, selectAllReasons)
}

// lockReasons reads the whole list and keeps other changes of it waiting.
func lockReasons(ctx context.Context, tx postgres.Tx) ([]Reason, error) {
	if _, err := tx.Exec(ctx, `lock table only reasons in share row exclusive mode`); err != nil {
		return nil, err
	}
	return postgres.All[Reason](ctx, tx, selectAllReasons)
}

func insertReason(ctx context.Context, tx postgres.Tx, r Reason) error {
	_, err := tx.Exec(ctx, `
		insert into reasons (slug, label, position) select $1, $2, coalesce(max(position), 0) + 1 from reasons`, r.Slug, r.Label)
	return knownReason(err)
}

func knownReason(err error) error {
	if postgres.Violates(err, "reasons_pkey") || postgres.Violates(err, "reasons_label_key") {
		return errReasonKnown
	}
	return err
}

func renameReason(ctx context.Context, tx postgres.Tx, slug, label string) (found bool, err error) {
	tag, err := tx.Exec(ctx, `update reasons set label = $2 where slug = $1`, slug, label)
	return tag.RowsAffected() > 0, knownReason(err)
}

func retireReason(ctx context.Context, tx postgres.Tx, slug string, retired bool) (found bool, err error) {
	tag, err := tx.Exec(ctx, `update reasons set retired = $2 where slug = $1`, slug, retired)
	return tag.RowsAffected() > 0, err
}

func orderReasons(ctx context.Context, tx postgres.Tx, slugs []string) error {
	_, err := tx.Exec(ctx, `update reasons set position = array_position($1::text[], slug) where slug = any($1)`, slugs)
	return err
}

// Appointments.

type appointmentRow struct {
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
	SealedNote     []byte
	SealedReply    []byte
	SealedNeeds    []byte
}

func (r appointmentRow) appointment() Appointment {
	a := Appointment{
		ID: r.ID, SocialWorkerID: r.SocialWorkerID, BeneficiaryID: r.BeneficiaryID, StartsAt: r.StartsAt.UTC(), EndsAt: r.EndsAt.UTC(),
		Mode: r.Mode, Reason: r.Reason, ReasonLabel: r.ReasonLabel, Place: r.Place, Status: r.Status, Sequence: r.Sequence,
		ChangedAt: r.ChangedAt.UTC(), Zone: zone.Of(r.TimeZone),
	}
	if r.AnswerBy != nil {
		a.AnswerBy = r.AnswerBy.UTC()
	}
	return a
}

const selectAppointment = `
	select p.id, p.social_worker_id, p.beneficiary_id, lower(p.period) as starts_at, upper(p.period) as ends_at, p.mode, coalesce(p.reason, '') as reason,
	       coalesce(r.label, 'Effacé') as reason_label, p.place, p.status, p.sequence, p.changed_at, p.answer_by, w.time_zone, p.sealed_note, p.sealed_reply, p.sealed_needs
	from appointments p left join reasons r on r.slug = p.reason join social_workers w on w.account_id = p.social_worker_id `

const isTheirs = `(p.beneficiary_id = $1 or p.social_worker_id = $1)`

// occupying is Status.Occupies in SQL, word for word as in the constraints, so that
// their indexes serve it.
const occupying = `status in ('confirmed', 'requested', 'held', 'no_show')`

// occupyingAt is occupying as far as it counts at the instant of that parameter: a
// request whose answer is overdue holds nothing any more, whoever releases it.
func occupyingAt(now string) string {
	return occupying + ` and (status <> 'requested' or answer_by >= ` + now + `)`
}

// isComing keeps what is still to take place, at $2.
const isComing = `(upper(p.period) > $2 and (p.status = 'confirmed' or p.status = 'requested' and p.answer_by >= $2))`

func oneAppointment(ctx context.Context, q postgres.Querier, sql string, viewer, id uuid.UUID) (appointmentRow, error) {
	row, err := postgres.One[appointmentRow](ctx, q, sql, viewer, id)
	if postgres.NoRows(err) {
		return row, errNotFound
	}
	return row, err
}

func readAppointment(ctx context.Context, q postgres.Querier, viewer, id uuid.UUID) (appointmentRow, error) {
	return oneAppointment(ctx, q, selectAppointment+`where p.id = $2 and `+isTheirs, viewer, id)
}

func readByID(ctx context.Context, q postgres.Querier, ids []uuid.UUID) ([]appointmentRow, error) {
	return postgres.All[appointmentRow](ctx, q, selectAppointment+`where p.id = any($1)`, ids)
}

func lockAppointment(ctx context.Context, tx postgres.Tx, viewer, id uuid.UUID) (appointmentRow, error) {
	return oneAppointment(ctx, tx, selectAppointment+`where p.id = $2 and `+isTheirs+` for no key update of p`, viewer, id)
}

func readComing(ctx context.Context, q postgres.Querier, viewer uuid.UUID, now time.Time) ([]appointmentRow, error) {
	return postgres.All[appointmentRow](ctx, q, selectAppointment+`
		where `+isTheirs+` and `+isComing+` order by lower(p.period) limit $3`, viewer, now, listed)
}

func readPast(ctx context.Context, q postgres.Querier, viewer uuid.UUID, now time.Time) ([]appointmentRow, error) {
	return postgres.All[appointmentRow](ctx, q, selectAppointment+`
		where `+isTheirs+` and not `+isComing+` order by lower(p.period) desc limit $3`, viewer, now, listed)
}

func readWeek(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period, now time.Time) ([]appointmentRow, error) {
	return postgres.All[appointmentRow](ctx, q, selectAppointment+`
		where p.social_worker_id = $1 and `+occupyingAt("$4")+` and lower(p.period) >= $2 and lower(p.period) < $3
		order by lower(p.period)`, worker, span.From, span.To, now)
}

func hasAppointment(ctx context.Context, q postgres.Querier, beneficiary, except uuid.UUID, p slot.Period, now time.Time) (has bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from appointments where beneficiary_id = $1 and period && tstzrange($2, $3) and `+occupyingAt("$4")+` and id <> $5)`,
		beneficiary, p.From, p.To, now, except).Scan(&has)
	return has, err
}

func markCancelled(ctx context.Context, tx postgres.Tx, id uuid.UUID, status Status, reply []byte) error {
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
