package session

import (
	"context"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type sessionRow struct {
	IDHash    []byte
	AccountID uuid.UUID
	Complete  bool
	SeenAt    time.Time
	CreatedAt time.Time
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	TimeZone  string
	ClientID  *uuid.UUID
	Pending   bool
	News      bool
	Informed  time.Time
	SeenOn    *time.Time // the day on which the account was last used
}

func (r sessionRow) viewer() *viewer.Viewer {
	person := people.Person{Email: r.Email, FirstName: r.FirstName, LastName: r.LastName}
	v := &viewer.Viewer{ID: r.AccountID, Role: r.Role, Name: person.Name(), Zone: zone.Of(r.TimeZone), Session: r.IDHash, Since: r.CreatedAt, Complete: r.Complete, Pending: r.Pending, News: r.News, Informed: r.Informed}
	if r.ClientID != nil {
		v.ClientID = *r.ClientID
	}
	return v
}

func insertSession(ctx context.Context, tx postgres.Tx, hash []byte, id uuid.UUID, complete bool, from Device) error {
	lifetime := sessionLifetime
	if from.Shared {
		lifetime = SharedLifetime
	}
	_, err := tx.Exec(ctx, `
		insert into sessions (id_hash, account_id, second_factor, shared_device, device, created_at, seen_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $6, $7)`, hash, id, complete, from.Shared, from.Words, tx.Now, tx.Now.Add(lifetime))
	return err
}

// idle returns the instants before which a session's last use must be for it to have
// ended: for ordinary devices and for shared ones.
func idle(now time.Time) (usual, shared time.Time) {
	return now.Add(-SessionIdle), now.Add(-SharedIdle)
}

func readSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (sessionRow, error) {
	usual, shared := idle(now)
	return postgres.One[sessionRow](ctx, q, `
		select s.id_hash, s.account_id, s.second_factor as complete, s.seen_at, s.created_at, a.role, coalesce(a.email, '') as email, a.first_name, a.last_name, a.time_zone, a.client_id,
		       `+people.AdultOwed+` or a.role = 'beneficiary' and exists (select from texts_due(a.id, $2)) as pending,
		       exists (select from texts_news(a.id, `+people.InformedSince+`, $2)) as news, `+people.InformedSince+` as informed, a.last_seen_on as seen_on
		from sessions s join accounts a on a.id = s.account_id
		where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > case when s.shared_device then $4::timestamptz else $3 end and `+people.IsActive,
		hash, now, usual, shared)
}

// readEnd returns when an open session ends if it is not used meanwhile, by the same rule as
// readSession.
func readEnd(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (ends time.Time, err error) {
	usual, shared := idle(now)
	err = q.QueryRow(ctx, `
		select least(s.expires_at, s.seen_at + ($2::timestamptz - case when s.shared_device then $4::timestamptz else $3 end))
		from sessions s join accounts a on a.id = s.account_id
		where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > case when s.shared_device then $4::timestamptz else $3 end and `+people.IsActive,
		hash, now, usual, shared).Scan(&ends)
	return ends, err
}

// readAlive returns which of the sessions are open, by the same rule as readSession.
func readAlive(ctx context.Context, q postgres.Querier, hashes [][]byte, now time.Time) (map[string]bool, error) {
	usual, shared := idle(now)
	rows, err := q.Query(ctx, `
		select s.id_hash from sessions s join accounts a on a.id = s.account_id
		where s.id_hash = any($1) and s.expires_at > $2 and s.seen_at > case when s.shared_device then $4::timestamptz else $3 end and `+people.IsActive,
		hashes, now, usual, shared)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	alive := make(map[string]bool, len(found))
	for _, hash := range found {
		alive[string(hash)] = true
	}
	return alive, err
}

func readSessions(ctx context.Context, q postgres.Querier, v *viewer.Viewer, now time.Time) ([]Session, error) {
	usual, shared := idle(now)
	return postgres.All[Session](ctx, q, `
		select id, device, shared_device as shared, created_at as opened_at, seen_at, id_hash = $2 as current
		from sessions
		where account_id = $1 and expires_at > $3 and seen_at > case when shared_device then $5::timestamptz else $4 end
		order by current desc, seen_at desc, id`, v.ID, v.Session, now, usual, shared)
}

// touchAlive marks those of the sessions that are open as used now.
func touchAlive(ctx context.Context, q postgres.Querier, hashes [][]byte, now time.Time) error {
	usual, shared := idle(now)
	_, err := q.Exec(ctx, `
		update sessions set seen_at = $2
		where id_hash = any($1) and expires_at > $2 and seen_at > case when shared_device then $4::timestamptz else $3 end`,
		hashes, now, usual, shared)
	return err
}

func touchSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) error {
	_, err := q.Exec(ctx, `update sessions set seen_at = $2 where id_hash = $1`, hash, now)
	return err
}

func deleteSession(ctx context.Context, q postgres.Querier, hash []byte) error {
	_, err := q.Exec(ctx, `delete from sessions where id_hash = $1`, hash)
	return err
}

// Take ends a session that another one will replace, and returns the device that it was
// opened on.
func Take(ctx context.Context, tx postgres.Tx, hash []byte) (from Device, err error) {
	err = tx.QueryRow(ctx, `delete from sessions where id_hash = $1 returning device, shared_device`, hash).Scan(&from.Words, &from.Shared)
	if postgres.NoRows(err) {
		err = errSessionEnded
	}
	return from, err
}

// readSessionHash returns the key of one of an account's sessions. It fails with NotFound when
// the account has no such session.
func readSessionHash(ctx context.Context, q postgres.Querier, account, id uuid.UUID) (hash []byte, err error) {
	err = q.QueryRow(ctx, `select id_hash from sessions where account_id = $1 and id = $2`, account, id).Scan(&hash)
	if postgres.NoRows(err) {
		err = fault.Wrap(fault.NotFound, err)
	}
	return hash, err
}

// EndAll ends an account's sessions except one, which may be nil.
func EndAll(ctx context.Context, q postgres.Querier, account uuid.UUID, except []byte) error {
	_, err := q.Exec(ctx, `delete from sessions where account_id = $1 and id_hash is distinct from $2`, account, except)
	return err
}

// endedKept is how long a session is kept after its end, so that a form sent too late finds
// whose it was (EndedOwner).
const endedKept = 24 * time.Hour

// readOwner returns the account of a session, open or ended.
func readOwner(ctx context.Context, q postgres.Querier, hash []byte) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `select s.account_id from sessions s join accounts a on a.id = s.account_id where s.id_hash = $1 and `+people.IsActive, hash).Scan(&id)
	return id, err
}

// Sweep deletes sessions that ended a day ago, and known devices that expired.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	ended := tx.Now.Add(-endedKept)
	usual, shared := idle(ended)
	_, err := tx.Exec(ctx, `
		delete from sessions where expires_at <= $1 or seen_at <= case when shared_device then $3::timestamptz else $2 end`, ended, usual, shared)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `delete from known_devices where expires_at <= $1`, tx.Now)
	return err
}

// Erase ends a person's sessions and forgets their devices.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from sessions where account_id = $1`,
		`delete from known_devices where account_id = $1`,
	}, id)
}

// DeleteAll ends every session of an account.
func DeleteAll(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sessions where account_id = $1`, id)
	return err
}
