package account

import (
	"context"
	"slices"
	"time"
)

// HashingWaits is how many wait for a place.
func (s *Service) HashingWaits() (n int) {
	for i := range s.passwords.lines {
		n += int(s.passwords.lines[i].waiting.Load())
	}
	return n
}

// PasswordProblem is all that may be wrong with a password.
func PasswordProblem(password string, about ...string) string {
	if problem := plainProblem(password); problem != "" {
		return problem
	}
	return guessProblem(password, about)
}

// HashesWaiting is how many may wait.
const HashesWaiting = hashesWaiting

// CommonPasswords are the commonest ones, in order.
func CommonPasswords() []string {
	var words []string
	for word := range common {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// The bounds of sign-ups (R47).
const (
	SignUpsFromPlace = signUpsFromPlace
	SignUpsInAll     = signUpsInAll
)

// CountSignUp counts a sign-up from a place.
func (s *Service) CountSignUp(ctx context.Context, place string) error {
	return s.Limits.Spend(ctx, tooManySignUps, append(signUpsFrom(place), signUpsOfAll(place)...)...)
}

// HashingPlaces are how many passwords may be hashed at once for each lane and those
// before it.
func (s *Service) HashingPlaces() (places [lanes]int) {
	for i := range places {
		places[i] = cap(s.passwords.lines[i].slots)
	}
	return places
}

// HashWithin bounds how long somebody waits for a place.
func (s *Service) HashWithin(wait time.Duration) { s.passwords.patience = wait }

// OccupySignUps takes the places of sign-ups, and OccupySignIns those that are left to
// sign-ins beside them.
func (s *Service) OccupySignUps(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forSignUp, cap(s.passwords.lines[forSignUp].slots))
}

// OccupySignIns does so.
func (s *Service) OccupySignIns(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forSignIn, 1)
}

// OccupyHashing takes every place where passwords are hashed.
func (s *Service) OccupyHashing(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forKnown, cap(s.passwords.lines[forKnown].slots))
}

func (s *Service) occupy(ctx context.Context, l lane, n int) (free func(), err error) {
	var leaves []func()
	for range n {
		leave, err := s.passwords.turn(ctx, l)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, leave)
	}
	return func() {
		for _, leave := range leaves {
			leave()
		}
	}, nil
}
