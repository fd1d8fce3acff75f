package people

import (
	"context"
	"time"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Purpose is what a link is for.
type Purpose string

// What links are for.
const (
	PurposeValidation Purpose = "validation"
	PurposeInvitation Purpose = "invitation"
	PurposePassword   Purpose = "password"
	PurposeEmail      Purpose = "email"
)

var lifetimes = map[Purpose]time.Duration{
	PurposeValidation: ValidationLifetime, PurposeInvitation: InvitationLifetime, PurposePassword: ResetLifetime, PurposeEmail: EmailLifetime,
}

// IssueToken creates the token of a link. Only its hash is stored.
func (s *Service) IssueToken(ctx context.Context, id uuid.UUID, p Purpose) (string, error) {
	var token string
	err := s.DB.InTx(ctx, func(tx postgres.Tx) error {
		var hash []byte
		token, hash = bearer.New()
		return InsertToken(ctx, tx, id, p, hash)
	})
	return token, err
}

// IgnoreNotFound returns nil for NotFound and other errors unchanged, for jobs about accounts
// that may no longer exist.
func IgnoreNotFound(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// GiveUpEmail cancels a pending move to another address and its links.
func GiveUpEmail(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if err := SetPendingEmail(ctx, tx, id, ""); err != nil {
		return err
	}
	return EndTokens(ctx, tx, id, PurposeEmail)
}
