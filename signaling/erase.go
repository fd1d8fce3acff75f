package signaling

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Erase forgets whom a worker let in. When people came and left is connection
// data: it holds no name, and keeps its own term (R23, R35).
//
// It is a step of the caller's erasure, who has checked that it may be done.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return deleteAdmissions(ctx, tx, person)
}
