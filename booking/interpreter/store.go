package interpreter

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// row is an appointment with its search.
type row struct {
	appointment.Row
	State State
}

const selectRows = `select c.*, i.state from (` + appointment.Select + `) c join interpreter_searches i on i.appointment_id = c.id `

// coming is the condition of searches that go on, at $1.
const coming = ` c.ends_at > $1 and (c.status = 'confirmed' or c.status = 'requested' and c.answer_by >= $1) `

func readComing(ctx context.Context, q postgres.Querier, now time.Time, most int) ([]row, error) {
	return postgres.All[row](ctx, q, selectRows+`where`+coming+`order by i.state <> 'to_find', c.starts_at, c.id limit $2`, now, most)
}

func countToFind(ctx context.Context, q postgres.Querier, now time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `select count(*) from (`+selectRows+`where i.state = 'to_find' and`+coming+`) open`, now).Scan(&n)
	return n, err
}

func read(ctx context.Context, q postgres.Querier, id uuid.UUID) (row, error) {
	found, err := postgres.One[row](ctx, q, selectRows+`where c.id = $1`, id)
	if postgres.NoRows(err) {
		err = errNoTask
	}
	return found, err
}

// begin begins a search, or begins it again.
func begin(ctx context.Context, tx postgres.Tx, id, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `insert into interpreter_searches (appointment_id, beneficiary_id, state) values ($1, $2, 'to_find')
		on conflict (appointment_id) do update set state = 'to_find'`, id, person)
	return err
}

func setState(ctx context.Context, tx postgres.Tx, id uuid.UUID, to State) error {
	_, err := tx.Exec(ctx, `update interpreter_searches set state = $2 where appointment_id = $1`, id, to)
	return err
}

func remove(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from interpreter_searches where appointment_id = $1`, id)
	return err
}

func deleteOver(ctx context.Context, q postgres.Querier, before time.Time) error {
	_, err := q.Exec(ctx, `delete from interpreter_searches i using appointments p where p.id = i.appointment_id and upper(p.period) < $1`, before)
	return err
}

// Erase deletes the searches for a person.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from interpreter_searches where beneficiary_id = $1`, person)
	return err
}
