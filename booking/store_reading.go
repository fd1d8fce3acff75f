package booking

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readUnseen returns those of the workers whose sheet, or that week of whose agenda,
// somebody has not seen within the hour.
func readUnseen(ctx context.Context, q postgres.Querier, reader uuid.UUID, workers []uuid.UUID, week string, now time.Time) ([]uuid.UUID, error) {
	type row struct{ ID uuid.UUID }
	rows, err := postgres.All[row](ctx, q, `
		select distinct id from unnest($2::uuid[]) as asked (id)
		where not exists (
			select from sheet_readings r where r.account_id = $1 and r.social_worker_id = asked.id and r.week = $3 and r.read_at > $4)`,
		reader, workers, week, now.Add(-readingHour))
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

// lockReadings counts what somebody has seen of sheets, or of weeks, and has their
// other requests wait until the transaction ends: a thousand at once are counted one
// after the other.
func lockReadings(ctx context.Context, tx postgres.Tx, reader uuid.UUID, weeks bool) (used, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('readings ' || $1::uuid::text, 0))`, reader); err != nil {
		return used{}, err
	}
	return postgres.One[used](ctx, tx, `
		select count(*) filter (where read_at > $3) as in_hour, count(*) as in_day,
		       min(read_at) filter (where read_at > $3) as hour_from, min(read_at) as day_from
		from sheet_readings where account_id = $1 and (week <> '') = $2 and read_at > $4`,
		reader, weeks, tx.Now.Add(-readingHour), tx.Now.Add(-readingDay))
}

// putReadings keeps what somebody sees now, and forgets what anybody saw more than a
// day ago: nobody needs to know it.
func putReadings(ctx context.Context, tx postgres.Tx, reader uuid.UUID, workers []uuid.UUID, week string) error {
	_, err := tx.Exec(ctx, `
		insert into sheet_readings (account_id, social_worker_id, week, read_at) select $1, unnest($2::uuid[]), $3, $4
		on conflict (account_id, social_worker_id, week) do update set read_at = excluded.read_at`, reader, workers, week, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		delete from sheet_readings where ctid in (
			select ctid from sheet_readings where read_at <= $1 limit 1000 for update skip locked)`, tx.Now.Add(-readingDay))
	return err
}
