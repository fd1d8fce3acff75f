package calendar

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/calendar"
	"socialdirect/internal/fetch"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type subscriptionRow struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Name           string
	SealedAddress  []byte
	AllDay         bool
	Paused         bool
	DueAt          time.Time
	AskedAt        time.Time
	ReadAt         *time.Time
	ExpandedAt     *time.Time
	ETag           string `db:"etag"`
	LastModified   string
	Failure        Failure
	Failures       int
	FailingSince   *time.Time
	NotifiedAt     *time.Time
	LeftOut        int
	LeftOutDays    []time.Time
	WholeDays      []time.Time
	UnknownZones   []string
	AssumedZone    string
}

const selectSubscription = `
	select id, social_worker_id, name, sealed_address, all_day, paused, due_at, asked_at, read_at, expanded_at,
	       etag, last_modified, failure, failures, failing_since, notified_at,
	       left_out, left_out_days, whole_days, unknown_zones, assumed_zone
	from calendar_subscriptions `

func (r subscriptionRow) subscription(host string) Subscription {
	s := Subscription{
		ID: r.ID, Name: r.Name, Host: host, AllDay: r.AllDay, Paused: r.Paused, Failure: r.Failure, Next: r.DueAt.UTC(),
		LeftOut: r.LeftOut, LeftOutDays: r.LeftOutDays, WholeDays: r.WholeDays, UnknownZones: r.UnknownZones, AssumedZone: r.AssumedZone,
	}
	if r.ReadAt != nil {
		s.ReadAt = r.ReadAt.UTC()
	}
	if r.FailingSince != nil {
		s.FailingSince = r.FailingSince.UTC()
	}
	return s
}

func (r subscriptionRow) version() fetch.Version {
	return fetch.Version{ETag: r.ETag, LastModified: r.LastModified}
}

func countSubscriptions(ctx context.Context, q postgres.Querier, worker uuid.UUID) (count int, err error) {
	err = q.QueryRow(ctx, `select count(*) from calendar_subscriptions where social_worker_id = $1`, worker).Scan(&count)
	return count, err
}

func insertSubscription(ctx context.Context, tx postgres.Tx, worker, id uuid.UUID, n NewSubscription, sealed, digest []byte) error {
	_, err := tx.Exec(ctx, `
		insert into calendar_subscriptions (id, social_worker_id, name, sealed_address, address_digest, all_day, created_at, due_at, asked_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7, $7)`, id, worker, n.Name, sealed, digest, n.AllDay, tx.Now)
	if postgres.Violates(err, "calendar_subscriptions_social_worker_id_address_digest_key") {
		return errSameCalendar
	}
	return err
}

func readSubscriptions(ctx context.Context, q postgres.Querier, worker uuid.UUID) ([]subscriptionRow, error) {
	return postgres.All[subscriptionRow](ctx, q, selectSubscription+`where social_worker_id = $1 order by created_at, id`, worker)
}

func readSubscription(ctx context.Context, q postgres.Querier, id uuid.UUID) (subscriptionRow, error) {
	return oneSubscription(ctx, q, selectSubscription+`where id = $1`, id)
}

func lockSubscription(ctx context.Context, tx postgres.Tx, id uuid.UUID) (subscriptionRow, error) {
	return oneSubscription(ctx, tx, selectSubscription+`where id = $1 for update`, id)
}

func oneSubscription(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (subscriptionRow, error) {
	row, err := postgres.One[subscriptionRow](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return row, errNoSubscription
	}
	return row, err
}

func deleteSubscription(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from calendar_subscriptions where id = $1`, id)
	return err
}

func pauseSubscription(ctx context.Context, tx postgres.Tx, id uuid.UUID, paused bool) error {
	if _, err := tx.Exec(ctx, `delete from external_busy where subscription_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		update calendar_subscriptions set paused = $2, due_at = $3, expanded_at = null, failure = '', failures = 0, failing_since = null, notified_at = null,
			left_out = 0, left_out_days = '{}', whole_days = '{}', unknown_zones = '{}'
		where id = $1`, id, paused, tx.Now)
	return err
}

func setAllDay(ctx context.Context, tx postgres.Tx, id uuid.UUID, count bool) error {
	_, err := tx.Exec(ctx, `update calendar_subscriptions set all_day = $2, expanded_at = null, due_at = $3 where id = $1`, id, count, tx.Now)
	return err
}

// setAssumedZone sets the zone of times in zones that are not understood.
func setAssumedZone(ctx context.Context, tx postgres.Tx, id uuid.UUID, zone string) error {
	_, err := tx.Exec(ctx, `update calendar_subscriptions set assumed_zone = $2, expanded_at = null, due_at = $3 where id = $1`, id, zone, tx.Now)
	return err
}

func setAsked(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update calendar_subscriptions set asked_at = $2 where id = $1`, id, tx.Now)
	return err
}

// dequeueDue returns calendars that are due and sets when each is due next. It skips rows
// that another instance has locked.
func dequeueDue(ctx context.Context, tx postgres.Tx, most int) ([]uuid.UUID, error) {
	type due struct{ ID uuid.UUID }
	rows, err := postgres.All[due](ctx, tx, `
		update calendar_subscriptions set due_at = $1::timestamptz + $3 * interval '1 second' where id in (
			select id from calendar_subscriptions where not paused and due_at <= $1 order by due_at limit $2 for update skip locked)
		returning id`, tx.Now, most, syncInterval.Seconds())
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

func setRead(ctx context.Context, tx postgres.Tx, id uuid.UUID, version fetch.Version, next time.Time) error {
	_, err := tx.Exec(ctx, `
		update calendar_subscriptions set read_at = $2, due_at = $3, etag = $4, last_modified = $5,
			failure = '', failures = 0, failing_since = null, notified_at = null
		where id = $1`, id, tx.Now, next, version.ETag, version.LastModified)
	return err
}

func setFailure(ctx context.Context, tx postgres.Tx, id uuid.UUID, why Failure, next time.Time) error {
	_, err := tx.Exec(ctx, `
		update calendar_subscriptions set failure = $2, failures = failures + 1, failing_since = coalesce(failing_since, $3), due_at = $4
		where id = $1`, id, why, tx.Now, next)
	return err
}

func markNotified(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update calendar_subscriptions set notified_at = $2 where id = $1`, id, tx.Now)
	return err
}

// replaceBusy replaces the busy periods of one calendar, and what was not understood.
func replaceBusy(ctx context.Context, tx postgres.Tx, row subscriptionRow, busy calendar.Busy) error {
	if _, err := tx.Exec(ctx, `delete from external_busy where subscription_id = $1`, row.ID); err != nil {
		return err
	}
	starts, ends := make([]time.Time, len(busy.Periods)), make([]time.Time, len(busy.Periods))
	for i, p := range busy.Periods {
		starts[i], ends[i] = p.From, p.To
	}
	if _, err := tx.Exec(ctx, `
		insert into external_busy (subscription_id, social_worker_id, period)
		select $1, $2, tstzrange(s, e) from unnest($3::timestamptz[], $4::timestamptz[]) as p(s, e)`, row.ID, row.SocialWorkerID, starts, ends); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		update calendar_subscriptions set expanded_at = $2, left_out = $3, left_out_days = coalesce($4::date[], '{}'),
			whole_days = coalesce($5::date[], '{}'), unknown_zones = coalesce($6::text[], '{}')
		where id = $1`, row.ID, tx.Now, busy.LeftOut, busy.LeftOutDays, busy.WholeDays, busy.UnknownZones)
	return err
}

type feedRow struct {
	SocialWorkerID uuid.UUID
	Shows          Shows
	MadeAt         time.Time
	ReadAt         *time.Time
	WindowBeganAt  time.Time
	Reads          int
}

const feedColumns = `social_worker_id, shows, made_at, read_at, window_began_at, reads`

func (r feedRow) feed() Feed {
	f := Feed{Shows: r.Shows, MadeAt: r.MadeAt.UTC()}
	if r.ReadAt != nil {
		f.ReadAt = r.ReadAt.UTC()
	}
	return f
}

func readFeed(ctx context.Context, q postgres.Querier, worker uuid.UUID) (feedRow, error) {
	return postgres.One[feedRow](ctx, q, `select `+feedColumns+` from agenda_feeds where social_worker_id = $1`, worker)
}

func putFeed(ctx context.Context, tx postgres.Tx, worker uuid.UUID, hash []byte, shows Shows) error {
	_, err := tx.Exec(ctx, `
		insert into agenda_feeds (social_worker_id, token_hash, shows, made_at, window_began_at) values ($1, $2, $3, $4, $4)
		on conflict (social_worker_id) do update set token_hash = $2, shows = $3, made_at = $4, read_at = null, window_began_at = $4, reads = 0`,
		worker, hash, shows, tx.Now)
	return err
}

func deleteFeed(ctx context.Context, q postgres.Querier, worker uuid.UUID) error {
	_, err := q.Exec(ctx, `delete from agenda_feeds where social_worker_id = $1`, worker)
	return err
}

// countFeedRead counts a read in the current window, or starts a new window.
func countFeedRead(ctx context.Context, tx postgres.Tx, hash []byte) (feedRow, error) {
	return postgres.One[feedRow](ctx, tx, `
		update agenda_feeds set read_at = $2,
			reads = case when window_began_at > $2::timestamptz - $3 * interval '1 second' then reads + 1 else 1 end,
			window_began_at = case when window_began_at > $2::timestamptz - $3 * interval '1 second' then window_began_at else $2 end
		where token_hash = $1 returning `+feedColumns, hash, tx.Now, feedWindow.Seconds())
}

// readFeedEntries reads the appointments in the worker's agenda. Cancelled ones are left
// out, so that calendars remove them.
func readFeedEntries(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period, now time.Time) ([]appointment.Row, error) {
	return postgres.All[appointment.Row](ctx, q, appointment.Select+`
		where p.social_worker_id = $1 and `+appointment.OccupyingAt("$4")+` and lower(p.period) >= $2 and lower(p.period) < $3
		order by lower(p.period) limit $5`, worker, span.From, span.To, now, feedEntries)
}

// Erase deletes a worker's external calendars and feed.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from external_busy where social_worker_id = $1`,
		`delete from calendar_subscriptions where social_worker_id = $1`,
		`delete from agenda_feeds where social_worker_id = $1`,
	}, person)
}
