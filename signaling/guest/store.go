package guest

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// row is a stored invitation; its name is sealed.
type row struct {
	Invitation
	BeneficiaryID uuid.UUID
	Name          []byte
}

const columns = `select id, appointment_id, place, kind, coalesce(invited_by, '00000000-0000-0000-0000-000000000000'), opens_at, expires_at, opened_at is not null, consented_at is not null, admitted_at is not null, beneficiary_id, sealed_name from call_invitations `

// standing is the condition that an invitation was not revoked and that it can still be opened,
// or was opened and its call is not over; $1 is now.
const standing = ` revoked_at is null and case when opened_at is null then expires_at else ends_at end > $1 `

func scan(r pgx.CollectableRow) (found row, err error) {
	err = r.Scan(&found.ID, &found.AppointmentID, &found.Place, &found.Kind, &found.By, &found.OpensAt, &found.ExpiresAt, &found.Opened, &found.Consented, &found.Admitted, &found.BeneficiaryID, &found.Name)
	return found, err
}

// lockPlaces returns a free place of the call, 0 if there is none, and how many invitations to
// it were made; others who invite to the same call wait.
func lockPlaces(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) (place, made int, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('call_invitations ' || $1::text, 0))`, appointment); err != nil {
		return 0, 0, err
	}
	err = tx.QueryRow(ctx, `select
		coalesce((select min(place) from generate_series(1, $3::int) place
			where not exists (select from call_invitations i where i.appointment_id = $2 and i.place = place.place and`+standing+`)), 0),
		(select count(*) from call_invitations where appointment_id = $2)`, tx.Now, appointment, MaxGuests).Scan(&place, &made)
	return place, made, err
}

func insert(ctx context.Context, tx postgres.Tx, i Invitation, beneficiary uuid.UUID, ends time.Time, name, hash []byte) error {
	_, err := tx.Exec(ctx, `insert into call_invitations (id, appointment_id, beneficiary_id, place, kind, invited_by, sealed_name, token_hash, made_at, opens_at, expires_at, ends_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, i.ID, i.AppointmentID, beneficiary, i.Place, i.Kind, postgres.OrNull(i.By), name, hash, tx.Now, i.OpensAt, i.ExpiresAt, ends)
	return err
}

// setMail stores the sealed mail of an invitation; nil for none.
func setMail(ctx context.Context, q postgres.Querier, id uuid.UUID, sealed []byte) error {
	_, err := q.Exec(ctx, `update call_invitations set sealed_mail = $2 where id = $1`, id, sealed)
	return err
}

// mailRow is an invitation whose mail has not left.
type mailRow struct {
	BeneficiaryID uuid.UUID
	SealedMail    []byte
}

func readUnsent(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) (mailRow, error) {
	return postgres.One[mailRow](ctx, q, `select beneficiary_id, sealed_mail from call_invitations
		where id = $2 and sealed_mail is not null and opened_at is null and`+standing, now, id)
}

func readOpenable(ctx context.Context, q postgres.Querier, token []byte, now time.Time) (row, error) {
	return readOne(ctx, q, `where token_hash = $2 and opened_at is null and`+standing, now, token)
}

func open(ctx context.Context, q postgres.Querier, token, cookie []byte, now time.Time) (opened bool, err error) {
	tag, err := q.Exec(ctx, `update call_invitations set opened_at = $1, cookie_hash = $3, sealed_mail = null where token_hash = $2 and opened_at is null and opens_at <= $1 and`+standing, now, token, cookie)
	return tag.RowsAffected() == 1, err
}

func readByCookie(ctx context.Context, q postgres.Querier, cookie []byte, now time.Time) (row, error) {
	return readOne(ctx, q, `where cookie_hash = $2 and`+standing, now, cookie)
}

func readOne(ctx context.Context, q postgres.Querier, where string, now time.Time, hash []byte) (row, error) {
	rows, err := q.Query(ctx, columns+where, now, hash)
	if err != nil {
		return row{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}

func readTo(ctx context.Context, q postgres.Querier, appointment uuid.UUID, now time.Time) ([]row, error) {
	rows, err := q.Query(ctx, columns+`where appointment_id = $2 and`+standing+`order by place`, now, appointment)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func revoke(ctx context.Context, q postgres.Querier, appointment, id uuid.UUID, now time.Time) (revoked bool, err error) {
	tag, err := q.Exec(ctx, `update call_invitations set revoked_at = coalesce(revoked_at, $1), sealed_mail = null where appointment_id = $2 and id = $3`, now, appointment, id)
	return tag.RowsAffected() == 1, err
}

// RevokeAhead ends the links that the switchboard made for an appointment, and removes who
// entered with one: the interpreter who was found does not come.
func RevokeAhead(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) error {
	_, err := tx.Exec(ctx, `update call_invitations set revoked_at = $2, sealed_mail = null where appointment_id = $1 and invited_by is null and revoked_at is null`, appointment, tx.Now)
	return err
}

func setConsent(ctx context.Context, q postgres.Querier, id uuid.UUID, granted bool, now time.Time) error {
	_, err := q.Exec(ctx, `update call_invitations set consented_at = case when $3 then coalesce(consented_at, $1) end, admitted_at = case when $3 then admitted_at end
		where id = $2 and`+standing, now, id, granted)
	return err
}

func setAdmitted(ctx context.Context, q postgres.Querier, id uuid.UUID, now time.Time) (admitted bool, err error) {
	tag, err := q.Exec(ctx, `update call_invitations set admitted_at = coalesce(admitted_at, $1) where id = $2 and consented_at is not null and`+standing, now, id)
	return tag.RowsAffected() == 1, err
}

func readAlive(ctx context.Context, q postgres.Querier, ids []uuid.UUID, now time.Time) (map[uuid.UUID]bool, error) {
	rows, err := q.Query(ctx, `select id from call_invitations where id = any($2) and`+standing, now, ids)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	alive := map[uuid.UUID]bool{}
	for _, id := range found {
		alive[id] = true
	}
	return alive, err
}

func deleteOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from call_invitations where beneficiary_id = $1 or invited_by = $1`, person)
	return err
}

func deleteEnded(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from call_invitations where ends_at < $1`, tx.Now.Add(-keptAfter))
	return err
}
