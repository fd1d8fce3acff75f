package guest

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// keptAfter is how long an invitation is kept after its call, so that the number of those of one
// appointment stays bounded while the call can still be moved.
const keptAfter = 24 * time.Hour

// Erase deletes the invitations to a person's calls, and those that they made.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return deleteOf(ctx, tx, person)
}

// Sweep deletes the invitations to calls that ended a day ago.
func Sweep(ctx context.Context, tx postgres.Tx) error { return deleteEnded(ctx, tx) }
