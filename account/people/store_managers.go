package people

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ReadManagers returns the managers of a client who accepted their invitation and are active.
func ReadManagers(ctx context.Context, q postgres.Querier, client uuid.UUID) ([]Person, error) {
	rows, err := postgres.All[PersonRow](ctx, q, selectPerson+`
		where role = 'client_manager' and client_id = $1 and password_hash is not null and `+IsActive, client)
	managers := make([]Person, len(rows))
	for i, row := range rows {
		managers[i] = row.Person()
	}
	return managers, err
}
