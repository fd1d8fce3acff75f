package company

import (
	"context"

	"github.com/google/uuid"
)

// Names returns the names of all clients by ID, for forms of other domains in which a client
// is chosen.
func (s *Service) Names(ctx context.Context) (map[uuid.UUID]string, error) {
	return readNames(ctx, s.db.Pool)
}
