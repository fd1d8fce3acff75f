package company

import (
	"context"

	"github.com/google/uuid"
)

// Names is every client's name, by its identifier, for the domains above that
// have one chosen.
func (s *Service) Names(ctx context.Context) (map[uuid.UUID]string, error) {
	return readNames(ctx, s.db.Pool)
}
