package booking

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type feedRow struct {
	SocialWorkerID uuid.UUID
	Shows          Shows
	MadeAt         time.Time
	ReadAt         *time.Time
	WindowBeganAt  time.Time
	Reads          int
}

const feedColumns = `social_worker_id, shows, made_at, read_at, window_began_at, reads`

func (r feedRow) feed() Feed {
	f := Feed{Shows: r.Shows, MadeAt: r.MadeAt.UTC()}
	if r.ReadAt != nil {
		f.ReadAt = r.ReadAt.UTC()
	}
	return f
}

func readFeed(ctx context.Context, q postgres.Querier, worker uuid.UUID) (feedRow, error) {
	return postgres.One[feedRow](ctx, q, `select `+feedColumns+` from agenda_feeds where social_worker_id = $1`, worker)
}

func putFeed(ctx context.Context, tx postgres.Tx, worker uuid.UUID, hash []byte, shows Shows) error {
	_, err := tx.Exec(ctx, `
		insert into agenda_feeds (social_worker_id, token_hash, shows, made_at, window_began_at) values ($1, $2, $3, $4, $4)
		on conflict (social_worker_id) do update set token_hash = $2, shows = $3, made_at = $4, read_at = null, window_began_at = $4, reads = 0`,
		worker, hash, shows, tx.Now)
	return err
}

func deleteFeed(ctx context.Context, q postgres.Querier, worker uuid.UUID) error {
	_, err := q.Exec(ctx, `delete from agenda_feeds where social_worker_id = $1`, worker)
	return err
}

// noteFeedRead counts one more reading in the window that is open, or opens one.
func noteFeedRead(ctx context.Context, tx postgres.Tx, hash []byte) (feedRow, error) {
	return postgres.One[feedRow](ctx, tx, `
		update agenda_feeds set read_at = $2,
			reads = case when window_began_at > $2::timestamptz - $3 * interval '1 second' then reads + 1 else 1 end,
			window_began_at = case when window_began_at > $2::timestamptz - $3 * interval '1 second' then window_began_at else $2 end
		where token_hash = $1 returning `+feedColumns, hash, tx.Now, feedWindow.Seconds())
}

// readFeedEntries are what stands in the worker's agenda; what was cancelled is
// not in it any more, and so disappears.
func readFeedEntries(ctx context.Context, q postgres.Querier, worker uuid.UUID, span slot.Period, now time.Time) ([]appointment.Row, error) {
	return postgres.All[appointment.Row](ctx, q, appointment.Select+`
		where p.social_worker_id = $1 and `+appointment.OccupyingAt("$4")+` and lower(p.period) >= $2 and lower(p.period) < $3
		order by lower(p.period) limit $5`, worker, span.From, span.To, now, feedEntries)
}
