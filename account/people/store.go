package people

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// PersonRow is a row of the table of accounts.
type PersonRow struct {
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

// Person returns the row as a Person.
func (r PersonRow) Person() Person {
	return Person{ID: r.ID, Role: r.Role, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName, Mobile: r.Mobile, Zone: zone.Of(r.TimeZone), Active: r.Active, MobileProved: r.Proved}
}

// IsActive is the SQL condition for an account that is neither suspended nor closed.
const IsActive = `(suspended_at is null and closed_at is null)`

// PersonColumns are the columns of a PersonRow.
const PersonColumns = `
	id, role, coalesce(email, '') as email, first_name, last_name, coalesce(mobile, '') as mobile, time_zone, ` + IsActive + ` as active,
	mobile_validated_at is not null as proved `

const selectPerson = `select ` + PersonColumns + `from accounts `

// Read returns an account by its ID. It fails with NotFound when there is none.
func Read(ctx context.Context, q postgres.Querier, id uuid.UUID) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where id = $1`, id)
}

func readPersonByEmail(ctx context.Context, q postgres.Querier, email string) (Person, error) {
	return onePerson(ctx, q, selectPerson+`where lower(email) = lower($1) `+holderFirst, email)
}

func onePerson(ctx context.Context, q postgres.Querier, sql string, by any) (Person, error) {
	row, err := postgres.One[PersonRow](ctx, q, sql, by)
	if postgres.NoRows(err) {
		return Person{}, fault.Wrap(fault.NotFound, err)
	}
	return row.Person(), err
}

// ReadAll returns the accounts with the given IDs. An ID without an account is absent.
func ReadAll(ctx context.Context, q postgres.Querier, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	rows, err := postgres.All[PersonRow](ctx, q, selectPerson+`where id = any($1)`, ids)
	people := make(map[uuid.UUID]Person, len(rows))
	for _, row := range rows {
		people[row.ID] = row.Person()
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

// NewAccount is an account to be opened.
type NewAccount struct {
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

// Insert opens an account and returns its ID. If another account has the e-mail address (or,
// without an address, the mobile number), it returns that account's ID and known. A pending
// registration is never known: others may have the same address.
func Insert(ctx context.Context, tx postgres.Tx, a NewAccount) (id uuid.UUID, known bool, err error) {
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

// proof is the result of proving an address or a number.
type proof struct {
	Email    string // empty for somebody without an address
	Role     viewer.Role
	ClientID uuid.UUID // zero for staff
	CodeID   uuid.UUID // zero for somebody without a connection code
}

// markValidated marks the person's address as proved, or the mobile number if they have no
// address. first is false when it was proved before. It fails with Gone when another account
// has the address by now.
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

// holderFirst orders the accounts with one address: the proved one first, then pending
// registrations, latest first.
const holderFirst = `order by unproved, created_at desc, id limit 1`

// SetPendingEmail saves the address that the account is to move to, empty for none.
func SetPendingEmail(ctx context.Context, tx postgres.Tx, id uuid.UUID, email string) error {
	_, err := tx.Exec(ctx, `
		update accounts set pending_email = nullif($2, ''), pending_since = case when $2 <> '' then $3::timestamptz end where id = $1`, id, email, tx.Now)
	return err
}

// SetPassword saves the hash of a password.
func SetPassword(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash string) error {
	_, err := tx.Exec(ctx, `update accounts set password_hash = $2 where id = $1`, id, hash)
	return err
}

// UpdateProfile saves a profile. It does not change the mobile number of somebody without an
// address, who signs in with it. A new number is not proved.
func UpdateProfile(ctx context.Context, tx postgres.Tx, id uuid.UUID, p Profile) error {
	_, err := tx.Exec(ctx, `
		update accounts a
		set first_name = $2, last_name = $3, time_zone = $5, mobile = n.mobile,
		    mobile_validated_at = case when n.mobile = a.mobile then a.mobile_validated_at end
		from (select id, case when email is null then mobile else nullif($4, '') end as mobile from accounts where id = $1) as n
		where a.id = n.id`,
		id, p.FirstName, p.LastName, p.Mobile, p.Zone)
	return err
}

// MarkMobileProved marks the person's mobile number as proved.
func MarkMobileProved(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update accounts set mobile_validated_at = $2 where id = $1`, id, tx.Now)
	return err
}

func readAdministrators(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `select id from accounts where role = 'administrator' and `+IsActive+` order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
