package session

import (
	"context"

	"socialdirect/internal/viewer"
)

// SecondFactors is what an account has to give after the password.
type SecondFactors struct {
	Application bool // of codes
	Passkeys    int
}

// Any reports whether there is one.
func (f SecondFactors) Any() bool { return f.Application || f.Passkeys > 0 }

// SecondFactors tells the viewer what they have.
func (s *Service) SecondFactors(ctx context.Context, v *viewer.Viewer) (SecondFactors, error) {
	return ReadSecondFactors(ctx, s.db.Pool, v.ID)
}
