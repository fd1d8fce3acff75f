package signaling

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Erase deletes whom a worker admitted. When people joined and left is connection data: it
// contains no name, and has its own retention (R23, R35).
//
// It is a step of the caller's erasure, which has checked that it is allowed.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return deleteAdmissions(ctx, tx, person)
}
