package account

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func readAdministrators(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `select id from accounts where role = 'administrator' and `+isActive+` order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
