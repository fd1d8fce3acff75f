package worker

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ReadPlaces lists the places that the workers offer, in each worker's order.
func ReadPlaces(ctx context.Context, q postgres.Querier, workers ...uuid.UUID) ([]Place, error) {
	return postgres.All[Place](ctx, q, `
		select id, social_worker_id, name, address, access from places
		where social_worker_id = any($1) and retired_at is null order by social_worker_id, position, id`, workers)
}

func insertPlace(ctx context.Context, tx postgres.Tx, worker uuid.UUID, p Place) error {
	_, err := tx.Exec(ctx, `
		insert into places (social_worker_id, name, address, access, position)
		select $1, $2, $3, $4, coalesce(max(position), 0) + 1 from places where social_worker_id = $1`, worker, p.Name, p.Address, p.Access)
	return err
}

func updatePlace(ctx context.Context, tx postgres.Tx, worker uuid.UUID, p Place) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		update places set name = $3, address = $4, access = $5 where social_worker_id = $1 and id = $2 and retired_at is null`,
		worker, p.ID, p.Name, p.Address, p.Access)
	return tag.RowsAffected() > 0, err
}

func orderPlaces(ctx context.Context, tx postgres.Tx, places []Place) error {
	ids := make([]uuid.UUID, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	_, err := tx.Exec(ctx, `update places set position = array_position($1::uuid[], id) where id = any($1)`, ids)
	return err
}

// removePlace deletes a place without appointments, and retires one with appointments.
func removePlace(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, `delete from places where id = $1 and not exists (select from appointments where place_id = $1)`, id)
	if err != nil || tag.RowsAffected() > 0 {
		return err
	}
	_, err = tx.Exec(ctx, `update places set retired_at = $2 where id = $1`, id, tx.Now)
	return err
}
