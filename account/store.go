package account

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

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
	Active    bool
	Proved    bool // the mobile number
}

func (r personRow) person() Person {
	return Person{ID: r.ID, Role: r.Role, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName, Mobile: r.Mobile, Zone: zone.Of(r.TimeZone), Active: r.Active, MobileProved: r.Proved}
}

// isActive is the condition of an account that is neither suspended nor closed.
const isActive = `(suspended_at is null and closed_at is null)`

// personColumns are what a personRow is read from.
const personColumns = `
	id, role, coalesce(email, '') as email, first_name, last_name, coalesce(mobile, '') as mobile, time_zone, ` + isActive + ` as active,
	mobile_validated_at is not null as proved `

const selectPerson = `select ` + personColumns + `from accounts `

func readPerson(ctx context.Context, q postgres.Querier, id uuid.UUID) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where id = $1`, id)
}

func readPersonByEmail(ctx context.Context, q postgres.Querier, email string) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where lower(email) = lower($1) `+holderFirst, email)
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
	CodeID       uuid.UUID // the connection code, of a beneficiary
	PasswordHash string
	Adult        bool
	Zone         string
}

// insertAccount returns the new account's id, or with known the id of the one
// that has the address already; without an address, that has the mobile. One that
// is to wait for its proof is never known: it waits beside whatever is there.
func insertAccount(ctx context.Context, tx postgres.Tx, a newAccount) (id uuid.UUID, known bool, err error) {
	err = tx.QueryRow(ctx, `
		insert into accounts (role, email, first_name, last_name, mobile, client_id, password_hash, adult_declared_at, time_zone, created_at, code_id)
		values ($1, nullif($2, ''), $3, $4, nullif($5, ''), nullif($6, '00000000-0000-0000-0000-000000000000'::uuid), nullif($7, ''),
		        case when $8 then $9::timestamptz end, $10, $9, nullif($11, '00000000-0000-0000-0000-000000000000'::uuid))
		on conflict do nothing
		returning id`,
		a.Role, a.Email, a.FirstName, a.LastName, a.Mobile, a.ClientID, a.PasswordHash, a.Adult, tx.Now, a.Zone, a.CodeID).Scan(&id)
	if postgres.NoRows(err) {
		err = tx.QueryRow(ctx, `
			select id from accounts
			where lower(email) = lower(nullif($1, '')) and not unproved or $1 = '' and email is null and mobile = $2`, a.Email, a.Mobile).Scan(&id)
		return id, true, err
	}
	return id, false, err
}

// proof is the first time that somebody was reached.
type proof struct {
	Email    string // empty where they have none
	Role     viewer.Role
	ClientID uuid.UUID // zero for staff
	CodeID   uuid.UUID // zero where none was given
}

// markValidated notes that the person has been reached at their address, or at
// their mobile where they have none; first is false when they had been before. Gone
// when another account has the address by now.
func markValidated(ctx context.Context, tx postgres.Tx, id uuid.UUID) (p proof, first bool, err error) {
	err = tx.QueryRow(ctx, `
		with unproved as (
			select id, code_id from accounts
			where id = $1 and case when email is not null then email_validated_at else mobile_validated_at end is null
			for update)
		update accounts a
		set email_validated_at = case when email is not null then $2::timestamptz end,
		    mobile_validated_at = case when email is null then $2::timestamptz else mobile_validated_at end,
		    code_id = null
		from unproved u where a.id = u.id
		returning coalesce(a.email, ''), a.role, coalesce(a.client_id, '00000000-0000-0000-0000-000000000000'::uuid), coalesce(u.code_id, '00000000-0000-0000-0000-000000000000'::uuid)`,
		id, tx.Now).Scan(&p.Email, &p.Role, &p.ClientID, &p.CodeID)
	if postgres.NoRows(err) {
		return proof{}, false, nil
	}
	if postgres.Violates(err, "accounts_email_key") {
		return proof{}, false, errGone
	}
	return p, err == nil, err
}

// holderFirst orders the accounts with one address: the one that has it, then those
// that wait for their proof, the latest first.
const holderFirst = `order by unproved, created_at desc, id limit 1`

func readPasswordHash(ctx context.Context, q postgres.Querier, id uuid.UUID) (hash string, err error) {
	err = q.QueryRow(ctx, `select coalesce(password_hash, '') from accounts where id = $1`, id).Scan(&hash)
	return hash, err
}

// setPendingEmail keeps the address that the account waits to move to, empty for
// none.
func setPendingEmail(ctx context.Context, tx postgres.Tx, id uuid.UUID, email string) error {
	_, err := tx.Exec(ctx, `
		update accounts set pending_email = nullif($2, ''), pending_since = case when $2 <> '' then $3::timestamptz end where id = $1`, id, email, tx.Now)
	return err
}

func setPassword(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash string) error {
	_, err := tx.Exec(ctx, `update accounts set password_hash = $2 where id = $1`, id, hash)
	return err
}

// updateProfile leaves the mobile of somebody without an address alone: it is
// what they sign in with. Another number than before is not proved.
func updateProfile(ctx context.Context, tx postgres.Tx, id uuid.UUID, p Profile) error {
	_, err := tx.Exec(ctx, `
		update accounts a
		set first_name = $2, last_name = $3, time_zone = $5, mobile = n.mobile,
		    mobile_validated_at = case when n.mobile = a.mobile then a.mobile_validated_at end
		from (select id, case when email is null then mobile else $4 end as mobile from accounts where id = $1) as n
		where a.id = n.id`,
		id, p.FirstName, p.LastName, p.Mobile, p.Zone)
	return err
}

type credentials struct {
	ID           uuid.UUID
	PasswordHash string
}

func readCredentials(ctx context.Context, q postgres.Querier, email string) (credentials, error) {
	return postgres.One[credentials](ctx, q, `
		select id, coalesce(password_hash, '') as password_hash from accounts where lower(email) = lower($1) and not unproved`, email)
}

// readSecondFactor tells whether a password is not enough: a beneficiary's passkey
// is a way in of its own, beside the password.
func readSecondFactor(ctx context.Context, tx postgres.Tx, id uuid.UUID) (role viewer.Role, enrolled bool, err error) {
	err = tx.QueryRow(ctx, `
		select a.role, t.confirmed_at is not null or a.role <> 'beneficiary' and exists (select from passkeys p where p.account_id = a.id)
		from accounts a left join totp t on t.account_id = a.id where a.id = $1`, id).Scan(&role, &enrolled)
	return role, enrolled, err
}

// Second factor.

type totpRow struct {
	SealedSecret []byte
	Confirmed    bool
	LastCounter  int64
	Session      []byte // that was shown the secret, until it is confirmed
}

func lockTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID) (totpRow, error) {
	return postgres.One[totpRow](ctx, tx, `
		select sealed_secret, confirmed_at is not null as confirmed, last_counter, session from totp where account_id = $1 for update`, id)
}

// putTOTP keeps the secret that a session is shown, in place of another that was
// not confirmed.
func putTOTP(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed, session []byte) error {
	_, err := tx.Exec(ctx, `
		insert into totp (account_id, sealed_secret, session) values ($1, $2, $3)
		on conflict (account_id) do update set sealed_secret = excluded.sealed_secret, session = excluded.session where totp.confirmed_at is null`,
		id, sealed, session)
	return err
}

func useCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, counter int64) error {
	_, err := tx.Exec(ctx, `update totp set last_counter = $2, confirmed_at = coalesce(confirmed_at, $3), session = null where account_id = $1`, id, counter, tx.Now)
	return err
}
