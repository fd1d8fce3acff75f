package passwords

import (
	"context"
	"slices"
	"time"
)

// Waits is how many wait for a slot.
func (h *Hasher) Waits() (n int) {
	for i := range h.lines {
		n += int(h.lines[i].waiting.Load())
	}
	return n
}

// Problem is all that may be wrong with a password.
func Problem(password string, about ...string) string {
	if problem := plainProblem(password); problem != "" {
		return problem
	}
	return guessProblem(password, about)
}

// HashesWaiting is how many may wait.
const HashesWaiting = hashesWaiting

// Common are the commonest passwords, in order.
func Common() []string {
	var words []string
	for word := range common {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// Places are how many passwords may be hashed at once for each lane and those before it.
func (h *Hasher) Places() (places [lanes]int) {
	for i := range places {
		places[i] = cap(h.lines[i].slots)
	}
	return places
}

// Within bounds how long somebody waits for a slot.
func (h *Hasher) Within(wait time.Duration) { h.patience = wait }

// OccupySignUps takes the slots of sign-ups.
func (h *Hasher) OccupySignUps(ctx context.Context) (free func(), err error) {
	return h.occupy(ctx, ForSignUp, cap(h.lines[ForSignUp].slots))
}

// OccupySignIns takes the slots that are left to sign-ins beside them.
func (h *Hasher) OccupySignIns(ctx context.Context) (free func(), err error) {
	return h.occupy(ctx, ForSignIn, 1)
}

// Occupy takes every slot.
func (h *Hasher) Occupy(ctx context.Context) (free func(), err error) {
	return h.occupy(ctx, ForKnown, cap(h.lines[ForKnown].slots))
}

func (h *Hasher) occupy(ctx context.Context, l Lane, n int) (free func(), err error) {
	var leaves []func()
	for range n {
		leave, err := h.Turn(ctx, l)
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
