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

// TakeAcceptances deletes the acceptances of an account, with what it has seen, and returns
// them. The caller erases
// the account and stores the proof in an archive.
func TakeAcceptances(ctx context.Context, tx postgres.Tx, account uuid.UUID) ([]Acceptance, error) {
	if err := deleteSeen(ctx, tx, account); err != nil {
		return nil, err
	}
	return takeAcceptances(ctx, tx, account)
}
