package account

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

type personRow struct {
	ID        uuid.UUID
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	Mobile    string
	TimeZone  string
}

func (r personRow) person() Person {
	return Person{ID: r.ID, Role: r.Role, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName, Mobile: r.Mobile, Zone: Location(r.TimeZone)}
}

// Location is the zone of that name; a name that this machine's tables no
// longer know reads as Paris.
func Location(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	zone, _ := time.LoadLocation(defaultZone) // embedded with the binary (time/tzdata)
	return zone
}

const selectPerson = `select id, role, email, first_name, last_name, coalesce(mobile, '') as mobile, time_zone from accounts `

func readPerson(ctx context.Context, q postgres.Querier, id uuid.UUID) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where id = $1`, id)
}

func readPersonByEmail(ctx context.Context, q postgres.Querier, email string) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where lower(email) = lower($1)`, email)
}

func onePerson(ctx context.Context, q postgres.Querier, sql string, by any) (Person, error) {
	row, err := postgres.One[personRow](ctx, q, sql, by)
	if postgres.NoRows(err) {
		return Person{}, fault.Wrap(fault.NotFound, err)
	}
	return row.person(), err
}

func readPeople(ctx context.Context, q postgres.Querier, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	rows, err := postgres.All[personRow](ctx, q, selectPerson+`where id = any($1)`, ids)
	people := make(map[uuid.UUID]Person, len(rows))
	for _, row := range rows {
		people[row.ID] = row.person()
	}
	return people, err
}

func readClientOf(ctx context.Context, q postgres.Querier, id uuid.UUID) (client uuid.UUID, err error) {
	err = q.QueryRow(ctx, `select client_id from accounts where id = $1 and client_id is not null`, id).Scan(&client)
	if postgres.NoRows(err) {
		return uuid.Nil, fault.Wrap(fault.NotFound, err)
	}
	return client, err
}

type newAccount struct {
	Role         viewer.Role
	Email        string
	FirstName    string
	LastName     string
	Mobile       string
	ClientID     uuid.UUID
	PasswordHash string
	Adult        bool
	Zone         string
}

// insertAccount returns the new account's id, or with known the id of the one
// that has the address already.
func insertAccount(ctx context.Context, tx postgres.Tx, a newAccount) (id uuid.UUID, known bool, err error) {
	err = tx.QueryRow(ctx, `
		insert into accounts (role, email, first_name, last_name, mobile, client_id, password_hash, adult_declared_at, time_zone, created_at)
		values ($1, $2, $3, $4, nullif($5, ''), nullif($6, '00000000-0000-0000-0000-000000000000'::uuid), nullif($7, ''),
		        case when $8 then $9::timestamptz end, $10, $9)
		on conflict (lower(email)) do nothing
		returning id`,
		a.Role, a.Email, a.FirstName, a.LastName, a.Mobile, a.ClientID, a.PasswordHash, a.Adult, tx.Now, a.Zone).Scan(&id)
	if postgres.NoRows(err) {
		err = tx.QueryRow(ctx, `select id from accounts where lower(email) = lower($1)`, a.Email).Scan(&id)
		return id, true, err
	}
	return id, false, err
}

func markValidated(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set email_validated_at = coalesce(email_validated_at, $2) where id = $1`, id, tx.Now)
	return err
}

// readUnvalidated returns pgx.ErrNoRows and a zero id when the address is
// unknown, or proved already.
func readUnvalidated(ctx context.Context, tx postgres.Tx, email string) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		select id from accounts
		where lower(email) = lower($1) and email_validated_at is null and password_hash is not null`, email).Scan(&id)
	return id, err
}

func setPassword(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash string) error {
	_, err := tx.Exec(ctx, `update accounts set password_hash = $2 where id = $1`, id, hash)
	return err
}

func updateProfile(ctx context.Context, tx postgres.Tx, id uuid.UUID, p Profile) error {
	_, err := tx.Exec(ctx, `update accounts set first_name = $2, last_name = $3, mobile = $4, time_zone = $5 where id = $1`,
		id, p.FirstName, p.LastName, p.Mobile, p.Zone)
	return err
}

type credentials struct {
	ID           uuid.UUID
	PasswordHash string
	Validated    bool
}

func readCredentials(ctx context.Context, q postgres.Querier, email string) (credentials, error) {
	return postgres.One[credentials](ctx, q, `
		select id, coalesce(password_hash, '') as password_hash, email_validated_at is not null as validated
		from accounts where lower(email) = lower($1)`, email)
}

func readSecondFactor(ctx context.Context, tx postgres.Tx, id uuid.UUID) (role viewer.Role, enrolled bool, err error) {
	err = tx.QueryRow(ctx, `
		select a.role, t.confirmed_at is not null
		from accounts a left join totp t on t.account_id = a.id where a.id = $1`, id).Scan(&role, &enrolled)
	return role, enrolled, err
}

// Tokens.

func insertToken(ctx context.Context, tx postgres.Tx, id uuid.UUID, p purpose, hash []byte) error {
	_, err := tx.Exec(ctx, `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash, id, p, tx.Now.Add(p.lifetime()))
	return err
}

func readToken(ctx context.Context, q postgres.Querier, hash []byte, p purpose, now time.Time) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `
		select account_id from account_tokens
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3`, hash, p, now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	return id, err
}

// consumeToken uses up the link and every other one of the same kind.
func consumeToken(ctx context.Context, tx postgres.Tx, hash []byte, p purpose) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		update account_tokens set used_at = $3
		where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
		returning account_id`, hash, p, tx.Now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	if err != nil {
		return uuid.Nil, err
	}
	_, err = tx.Exec(ctx, `update account_tokens set used_at = $3 where account_id = $1 and purpose = $2 and used_at is null`, id, p, tx.Now)
	return id, err
}

// Sessions.

type sessionRow struct {
	IDHash    []byte
	AccountID uuid.UUID
	Complete  bool
	SeenAt    time.Time
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	TimeZone  string
	ClientID  *uuid.UUID
}

func (r sessionRow) viewer() *viewer.Viewer {
	person := Person{Email: r.Email, FirstName: r.FirstName, LastName: r.LastName}
	v := &viewer.Viewer{ID: r.AccountID, Role: r.Role, Name: person.Name(), Zone: Location(r.TimeZone), Session: r.IDHash, Complete: r.Complete}
	if r.ClientID != nil {
		v.ClientID = *r.ClientID
	}
	return v
}

func insertSession(ctx context.Context, tx postgres.Tx, hash []byte, id uuid.UUID, complete bool) error {
	_, err := tx.Exec(ctx, `
		insert into sessions (id_hash, account_id, second_factor, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
		hash, id, complete, tx.Now, tx.Now.Add(SessionLifetime))
	return err
}

func readSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (sessionRow, error) {
	return postgres.One[sessionRow](ctx, q, `
		select s.id_hash, s.account_id, s.second_factor as complete, s.seen_at, a.role, a.email, a.first_name, a.last_name, a.time_zone, a.client_id
		from sessions s join accounts a on a.id = s.account_id
		where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > $3`, hash, now, now.Add(-SessionIdle))
}

func touchSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) error {
	_, err := q.Exec(ctx, `update sessions set seen_at = $2 where id_hash = $1`, hash, now)
	return err
}

func deleteSession(ctx context.Context, q postgres.Querier, hash []byte) error {
	_, err := q.Exec(ctx, `delete from sessions where id_hash = $1`, hash)
	return err
}

// Second factor.

type totpRow struct {
	SealedSecret []byte
	Confirmed    bool
	LastCounter  int64
}

func lockTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID) (totpRow, error) {
	return postgres.One[totpRow](ctx, tx, `
		select sealed_secret, confirmed_at is not null as confirmed, last_counter from totp where account_id = $1 for update`, id)
}

func insertTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `insert into totp (account_id, sealed_secret) values ($1, $2)`, id, sealed)
	return err
}

func useCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, counter int64) error {
	_, err := tx.Exec(ctx, `update totp set last_counter = $2, confirmed_at = coalesce(confirmed_at, $3) where account_id = $1`, id, counter, tx.Now)
	return err
}

// deleteStale removes what nobody can use any more.
func deleteStale(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.Exec(ctx, `delete from sessions where expires_at <= $1 or seen_at <= $2`, tx.Now, tx.Now.Add(-SessionIdle)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from account_tokens where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from throttles where seen_at <= $1 and blocked_until <= $2`, tx.Now.Add(-throttleMemory), tx.Now)
	return err
}

// Throttles.

func readBlock(ctx context.Context, q postgres.Querier, keys []string, now time.Time) (time.Time, error) {
	var until *time.Time
	err := q.QueryRow(ctx, `select max(blocked_until) from throttles where key = any($1) and blocked_until > $2`, keys, now).Scan(&until)
	if err != nil || until == nil {
		return time.Time{}, err
	}
	return *until, nil
}

func countFailure(ctx context.Context, tx postgres.Tx, key string) (failures int, err error) {
	err = tx.QueryRow(ctx, `
		insert into throttles as t (key, failures, blocked_until, seen_at) values ($1, 1, $2, $2)
		on conflict (key) do update
		set failures = case when t.seen_at < $3 then 1 else t.failures + 1 end, seen_at = $2
		returning failures`, key, tx.Now, tx.Now.Add(-throttleMemory)).Scan(&failures)
	return failures, err
}

func blockUntil(ctx context.Context, tx postgres.Tx, key string, until time.Time) error {
	_, err := tx.Exec(ctx, `update throttles set blocked_until = $2 where key = $1`, key, until)
	return err
}

func forgetFailures(ctx context.Context, tx postgres.Tx, t throttle) error {
	_, err := tx.Exec(ctx, `delete from throttles where key = $1`, t.key)
	return err
}
