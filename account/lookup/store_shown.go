package lookup

import (
	"context"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// lockShownDay locks an agent's day, so that the people shown are counted one transaction
// after the other. It returns whether the alarm of that day was sent.
func lockShownDay(ctx context.Context, tx postgres.Tx, agent uuid.UUID, day time.Time) (alarmed bool, err error) {
	err = tx.QueryRow(ctx, `
		insert into shown_days (operator_id, day) values ($1, $2)
		on conflict (operator_id, day) do update set day = excluded.day
		returning alarmed_at is not null`, agent, day).Scan(&alarmed)
	return alarmed, err
}

// insertShown counts people as shown on that day, in their order, until most are counted.
// It returns which of them are counted, and how many are in all.
func insertShown(ctx context.Context, tx postgres.Tx, agent uuid.UUID, day time.Time, people []uuid.UUID, most int) (counted []uuid.UUID, total int, err error) {
	_, err = tx.Exec(ctx, `
		insert into people_shown (operator_id, day, person_id)
		select $1, $2, id from (select id, min(place) as place from unnest($3::uuid[]) with ordinality as asked(id, place) group by id) as asked
		where not exists (select from people_shown where operator_id = $1 and day = $2 and person_id = id)
		order by place
		limit greatest(0, $4 - (select count(*) from people_shown where operator_id = $1 and day = $2))`, agent, day, people, most)
	if err != nil {
		return nil, 0, err
	}
	err = tx.QueryRow(ctx, `
		select count(*), coalesce(array_agg(person_id) filter (where person_id = any($3)), '{}')
		from people_shown where operator_id = $1 and day = $2`, agent, day, people).Scan(&total, &counted)
	return counted, total, err
}

func markAlarmed(ctx context.Context, tx postgres.Tx, agent uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `update shown_days set alarmed_at = $3 where operator_id = $1 and day = $2`, agent, day, tx.Now)
	return err
}

// readOverseers lists the active administrators and data-protection officers.
func readOverseers(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `select id from accounts where role in ('administrator', 'dpo') and `+people.IsActive+` order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// Sweep deletes the lists of people shown on past days, once the day is over in every time
// zone.
func Sweep(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.Exec(ctx, `delete from shown_days where day < $1`, tx.Now.AddDate(0, 0, -2))
	return err
}

// Erase deletes to whom a person was shown, and whom the person was shown.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from people_shown where person_id = $1`,
		`delete from shown_days where operator_id = $1`,
	}, id)
}
