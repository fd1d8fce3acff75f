package viewlimit

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readUnseen returns those of the workers whose sheet, or that part of whose agenda, the
// person has not seen within the last hour.
func readUnseen(ctx context.Context, q postgres.Querier, viewerID uuid.UUID, workers []uuid.UUID, week string, now time.Time) ([]uuid.UUID, error) {
	type row struct{ ID uuid.UUID }
	rows, err := postgres.All[row](ctx, q, `
		select distinct id from unnest($2::uuid[]) as asked (id)
		where not exists (
			select from sheet_views r where r.account_id = $1 and r.social_worker_id = asked.id and r.week = $3 and r.viewed_at > $4)`,
		viewerID, workers, week, now.Add(-time.Hour))
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

// lockViews counts a person's views of sheets, or of weeks. It locks until the transaction
// ends, so that concurrent requests of the person are counted one after the other.
func lockViews(ctx context.Context, tx postgres.Tx, viewerID uuid.UUID, weeks bool) (used, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('views ' || $1::uuid::text, 0))`, viewerID); err != nil {
		return used{}, err
	}
	return postgres.One[used](ctx, tx, `
		select count(*) filter (where viewed_at > $3) as in_hour, count(*) as in_day,
		       min(viewed_at) filter (where viewed_at > $3) as hour_from, min(viewed_at) as day_from
		from sheet_views where account_id = $1 and (week <> '') = $2 and viewed_at > $4`,
		viewerID, weeks, tx.Now.Add(-time.Hour), tx.Now.Add(-day))
}

// putViews stores the person's views, and deletes everybody's views older than a day, which
// are no longer needed.
func putViews(ctx context.Context, tx postgres.Tx, viewerID uuid.UUID, workers []uuid.UUID, week string) error {
	_, err := tx.Exec(ctx, `
		insert into sheet_views (account_id, social_worker_id, week, viewed_at) select $1, unnest($2::uuid[]), $3, $4
		on conflict (account_id, social_worker_id, week) do update set viewed_at = excluded.viewed_at`, viewerID, workers, week, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		delete from sheet_views where ctid in (
			select ctid from sheet_views where viewed_at <= $1 limit 1000 for update skip locked)`, tx.Now.Add(-day))
	return err
}

// Erase deletes a person's views.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from sheet_views where account_id = $1`, person)
	return err
}
