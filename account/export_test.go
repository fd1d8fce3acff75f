package account

import "context"

// The bounds of sign-ups (R47).
const (
	SignUpsFromPlace = signUpsFromPlace
	SignUpsInAll     = signUpsInAll
)

// CountSignUp counts a sign-up from a place.
func (s *Service) CountSignUp(ctx context.Context, place string) error {
	return s.Limits.Spend(ctx, tooManySignUps, append(signUpsFrom(place), signUpsOfAll(place)...)...)
}
