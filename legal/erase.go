package legal

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Acceptance is the proof that somebody accepted a text.
type Acceptance struct {
	Kind       Kind
	Version    string
	Wording    string
	AcceptedAt time.Time
}

// TakeAcceptances returns what an account accepted and takes it away, for whoever
// erases the account and keeps the proof elsewhere.
func TakeAcceptances(ctx context.Context, tx postgres.Tx, account uuid.UUID) ([]Acceptance, error) {
	return takeAcceptances(ctx, tx, account)
}
