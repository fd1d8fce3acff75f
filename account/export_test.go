package account

import (
	"context"

	"socialdirect/account/signup"
)

// The bounds of sign-ups (R47).
const (
	SignUpsFromPlace = signup.SignUpsFromPlace
	SignUpsInAll     = signup.SignUpsInAll
)

// CountSignUp counts a sign-up from a place.
func (s *Service) CountSignUp(ctx context.Context, place string) error {
	return s.Limits.Spend(ctx, signup.TooManySignUps, append(signup.SignUpsFrom(place), signup.SignUpsOfAll(place)...)...)
}
