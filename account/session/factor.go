package session

import (
	"context"

	"socialdirect/internal/viewer"
)

// SecondFactors is which second factors an account has.
type SecondFactors struct {
	Application bool // an authenticator application
	Passkeys    int
}

// Any reports whether the account has a second factor.
func (f SecondFactors) Any() bool { return f.Application || f.Passkeys > 0 }

// SecondFactors returns the viewer's second factors.
func (s *Service) SecondFactors(ctx context.Context, v *viewer.Viewer) (SecondFactors, error) {
	return ReadSecondFactors(ctx, s.db.Pool, v.ID)
}
