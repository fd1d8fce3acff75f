package account

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Administrators are those who act for the platform now: what happens to it is
// announced to each.
func (s *Service) Administrators(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	return readAdministrators(ctx, q)
}
