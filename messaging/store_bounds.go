package messaging

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// storedBy selects the bytes of documents stored for $1, current uploads included.
const storedBy = `
	(select coalesce(sum(d.size), 0) from messages m join documents d on d.message_id = m.id where m.author_id = $1)
	+ (select coalesce(sum(u.size), 0) from uploads u where u.account_id = $1)`

// readSent reads what the person has sent; a window that began before before is over.
func readSent(ctx context.Context, q postgres.Querier, person uuid.UUID, before time.Time) (so sent, err error) {
	err = q.QueryRow(ctx, `
		select (`+storedBy+`)::bigint, coalesce(max(began), $2), coalesce(max(bytes), 0)::bigint
		from document_days where account_id = $1 and began > $2`, person, before).Scan(&so.Stored, &so.Began, &so.Day)
	return so, err
}

// countSent adds bytes to the person's current window, or to a new one if that began before
// before. It locks the person's row, so that concurrent uploads wait, and only then reads what
// is stored.
func countSent(ctx context.Context, tx postgres.Tx, person uuid.UUID, bytes int64, before time.Time) (so sent, err error) {
	err = tx.QueryRow(ctx, `
		insert into document_days as d (account_id, began, bytes) values ($1, $2, $3)
		on conflict (account_id) do update set
			began = case when d.began <= $4 then excluded.began else d.began end,
			bytes = case when d.began <= $4 then excluded.bytes else d.bytes + excluded.bytes end
		returning began, bytes`, person, tx.Now, bytes, before).Scan(&so.Began, &so.Day)
	if err != nil {
		return so, err
	}
	err = tx.QueryRow(ctx, `select (`+storedBy+`)::bigint`, person).Scan(&so.Stored)
	return so, err
}

// sizeUpload records that an object is complete, with the size of its document.
func sizeUpload(ctx context.Context, tx postgres.Tx, key string, size int64) error {
	_, err := tx.Exec(ctx, `update uploads set size = $2 where object_key = $1`, key, size)
	return err
}

// deleteOldDays deletes windows that began before before.
func deleteOldDays(ctx context.Context, q postgres.Querier, before time.Time) error {
	_, err := q.Exec(ctx, `delete from document_days where began <= $1`, before)
	return err
}
