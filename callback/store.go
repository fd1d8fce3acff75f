package callback

import (
	"context"
	"errors"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// row is a row of the table of requests.
type row struct {
	ID         uuid.UUID
	NumberHash []byte
	Sealed     []byte
	Wanted     Window
	AskedAt    time.Time
	TokenHash  []byte
	SealedCode []byte
	Tries      int
	TakenBy    *uuid.UUID
	TakenAt    *time.Time
}

const selectRequest = `select id, number_hash, sealed, wanted, asked_at, token_hash, sealed_code, tries, taken_by, taken_at from callbacks `

// errKnown means that the number has a request already.
var errKnown = errors.New("callback: the number has a request already")

func known(err error) error {
	if postgres.Violates(err, "callbacks_number_key") {
		return errKnown
	}
	return err
}

func insertProved(ctx context.Context, tx postgres.Tx, r row) error {
	_, err := tx.Exec(ctx, `
		insert into callbacks (id, number_hash, sealed, wanted, asked_at, proved) values ($1, $2, $3, $4, $5, true)`,
		r.ID, r.NumberHash, r.Sealed, r.Wanted, r.AskedAt)
	return known(err)
}

func insertUnproved(ctx context.Context, tx postgres.Tx, r row, until time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into callbacks (id, number_hash, sealed, wanted, asked_at, proved, token_hash, code_until) values ($1, $2, $3, $4, $5, false, $6, $7)`,
		r.ID, r.NumberHash, r.Sealed, r.Wanted, r.AskedAt, r.TokenHash, until)
	return err
}

// waitsForCode is the condition of a request that waits for its code at $2.
const waitsForCode = ` and not proved and code_until > $2 for update`

// lockUnproved reads and locks the request for which a browser may give the code.
func lockUnproved(ctx context.Context, tx postgres.Tx, token []byte) (row, error) {
	return postgres.One[row](ctx, tx, selectRequest+`where token_hash = $1`+waitsForCode, token, tx.Now)
}

func lockUnprovedByID(ctx context.Context, tx postgres.Tx, id uuid.UUID) (row, error) {
	return postgres.One[row](ctx, tx, selectRequest+`where id = $1`+waitsForCode, id, tx.Now)
}

func setCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update callbacks set sealed_code = $2 where id = $1`, id, sealed)
	return err
}

func countTry(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update callbacks set tries = tries + 1 where id = $1`, id)
	return err
}

func setProved(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update callbacks set proved = true, token_hash = null, sealed_code = null, code_until = null where id = $1`, id)
	return known(err)
}

// setWanted changes the window of a number's request. found is false if there is none.
func setWanted(ctx context.Context, tx postgres.Tx, number []byte, w Window) (found bool, err error) {
	done, err := tx.Exec(ctx, `update callbacks set wanted = $2 where number_hash = $1 and proved`, number, w)
	return done.RowsAffected() > 0, err
}

// inTime is the condition of a request on the list, with the instant before which others are
// over as the first parameter.
const inTime = `where proved and asked_at > $1`

// shown is how many requests the list shows at most.
const shown = 100

func readWaiting(ctx context.Context, q postgres.Querier, after time.Time) ([]row, error) {
	return postgres.All[row](ctx, q, selectRequest+inTime+` order by asked_at, id limit $2`, after, shown)
}

func countWaiting(ctx context.Context, q postgres.Querier, after time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `select count(*) from callbacks `+inTime, after).Scan(&n)
	return n, err
}

func lockWaiting(ctx context.Context, tx postgres.Tx, id uuid.UUID) (row, error) {
	r, err := postgres.One[row](ctx, tx, selectRequest+inTime+` and id = $2 for update`, tx.Now.Add(-Lifetime), id)
	if postgres.NoRows(err) {
		return r, errNone
	}
	return r, err
}

func setTaken(ctx context.Context, tx postgres.Tx, id, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `update callbacks set taken_by = $2, taken_at = $3 where id = $1`, id, by, tx.Now)
	return err
}

func setReturned(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `update callbacks set taken_by = null, taken_at = null where id = $1`, id)
	return err
}

func deleteRequest(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from callbacks where id = $1`, id)
	return err
}

type idRow struct{ ID uuid.UUID }

// readOver reads the requests that are too old, or whose code was never given in time.
func readOver(ctx context.Context, tx postgres.Tx) ([]idRow, error) {
	return postgres.All[idRow](ctx, tx, `select id from callbacks where asked_at <= $1 or code_until <= $2`, tx.Now.Add(-Lifetime), tx.Now)
}

func readOf(ctx context.Context, tx postgres.Tx, number []byte) ([]idRow, error) {
	return postgres.All[idRow](ctx, tx, `select id from callbacks where number_hash = $1`, number)
}

func returnAllOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `update callbacks set taken_by = null, taken_at = null where taken_by = $1`, person)
	return err
}
