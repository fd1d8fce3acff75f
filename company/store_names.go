package company

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func readNames(ctx context.Context, q postgres.Querier) (map[uuid.UUID]string, error) {
	rows, err := postgres.All[struct {
		ID   uuid.UUID
		Name string
	}](ctx, q, `select id, name from clients`)
	names := make(map[uuid.UUID]string, len(rows))
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, err
}
