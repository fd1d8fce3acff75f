package worker

import (
	"context"
	"fmt"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// Row is a row of the table of workers.
type Row struct {
	AccountID    uuid.UUID
	Presentation string
	Languages    []string
	Reasons      []string
	Modes        []string
	TimeZone     string
	Portrait     string
	Settings
}

// Columns are the columns of a Row.
var Columns = `account_id, presentation, languages, reasons, modes, time_zone, portrait_version as portrait, holiday_region, shown_number, awaited_mobile` + numberColumns()

func numberColumns() (all string) {
	for _, n := range Numbers {
		all += ", " + n.Column
	}
	return all
}

// Zone is the worker's time zone.
func (r Row) Zone() *time.Location { return zone.Of(r.TimeZone) }

// OfferedModes are the modes that the worker offers.
func (r Row) OfferedModes() []slot.Mode { return slot.ParseModes(r.Modes) }

func (r Row) sheet(person people.Person, offered []reason.Reason) SocialWorker {
	person.Zone = r.Zone()
	return SocialWorker{
		Person: person, Presentation: r.Presentation, Languages: r.Languages, Reasons: reason.Among(offered, r.Reasons),
		Modes: r.OfferedModes(), Portrait: r.Portrait,
	}
}

func insertWorker(ctx context.Context, tx postgres.Tx, id uuid.UUID, n NewSocialWorker) error {
	_, err := tx.Exec(ctx, `
		insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone, holiday_region) values ($1, $2, $3, $4, $5, $6, $7)`,
		id, n.Presentation, n.Languages, reason.WithOther(n.Reasons), n.Modes, n.Zone, slot.RegionOf(n.Zone))
	return err
}

func oneWorker(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (Row, error) {
	row, err := postgres.One[Row](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return row, ErrNotOffered
	}
	return row, err
}

// Read reads a worker. It fails with NotFound if there is none.
func Read(ctx context.Context, q postgres.Querier, id uuid.UUID) (Row, error) {
	return oneWorker(ctx, q, `select `+Columns+` from social_workers where account_id = $1`, id)
}

// Lock reads a worker and locks the row until the transaction ends, so that bookings with one
// worker wait for each other. It locks "for no key update", so that inserting a row that only
// refers to the worker does not wait: such inserts lock in no fixed order.
func Lock(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Row, error) {
	return oneWorker(ctx, tx, `select `+Columns+` from social_workers where account_id = $1 for no key update`, id)
}

func readWorkers(ctx context.Context, q postgres.Querier, page int) ([]Row, error) {
	return postgres.All[Row](ctx, q, `select `+Columns+` from social_workers order by account_id offset $1 limit $2`, page*SheetsAtOnce, SheetsAtOnce+1)
}

func updateSheet(ctx context.Context, tx postgres.Tx, id uuid.UUID, sheet Sheet) error {
	_, err := tx.Exec(ctx, `
		update social_workers set presentation = $2, languages = $3, reasons = $4, modes = $5 where account_id = $1`,
		id, sheet.Presentation, sheet.Languages, reason.WithOther(sheet.Reasons), sheet.Modes)
	return err
}

// UpdateSettings saves a worker's settings.
func UpdateSettings(ctx context.Context, tx postgres.Tx, id uuid.UUID, s Settings) error {
	set, values := "holiday_region = $2, shown_number = $3, awaited_mobile = $4", []any{id, s.HolidayRegion, s.ShownNumber, s.AwaitedMobile}
	for _, n := range Numbers {
		values = append(values, n.Of(s))
		set += fmt.Sprintf(", %s = $%d", n.Column, len(values))
	}
	_, err := tx.Exec(ctx, `update social_workers set `+set+` where account_id = $1`, values...)
	return err
}

// SetZone saves the time zone of a worker's agenda.
func SetZone(ctx context.Context, tx postgres.Tx, id uuid.UUID, zone string) error {
	_, err := tx.Exec(ctx, `update social_workers set time_zone = $2 where account_id = $1`, id, zone)
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

// ReadOf reads the workers with these accounts.
func ReadOf(ctx context.Context, q postgres.Querier, ids []uuid.UUID) ([]Row, error) {
	return postgres.All[Row](ctx, q, `select `+Columns+` from social_workers where account_id = any($1)`, ids)
}

// Erase empties a worker's sheet. Its row stays, because appointments refer to it.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from portraits where account_id = $1`,
		`delete from credentials where social_worker_id = $1`,
		`delete from credential_announcements where social_worker_id = $1`,
		`delete from places where social_worker_id = $1`,
		`update social_workers set presentation = '', portrait_version = '', shown_number = '', awaited_mobile = '' where account_id = $1`,
	}, person)
}

// LockAgendas locks a person's own agenda, and those of workers with an open request of the
// person, in a fixed order.
func LockAgendas(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		select from social_workers
		where account_id = $1 or account_id in (select social_worker_id from appointments where beneficiary_id = $1 and status = 'requested')
		order by account_id for no key update`, person)
	return err
}
