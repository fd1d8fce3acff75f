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
