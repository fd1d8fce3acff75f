package passwords

import (
	"context"
	"slices"
	"time"
)

// Waits returns how many requests wait for a slot.
func (h *Hasher) Waits() (n int) {
	for i := range h.lines {
		n += int(h.lines[i].waiting.Load())
	}
	return n
}

// Problem returns what is wrong with a password, or an empty string.
func Problem(password string, about ...string) string {
	if problem := plainProblem(password); problem != "" {
		return problem
	}
	return guessProblem(password, about)
}

// HashesWaiting is how many requests may wait in each lane.
const HashesWaiting = hashesWaiting

// Common returns the most common passwords, sorted.
func Common() []string {
	var words []string
	for word := range common {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// Places returns how many passwords may be hashed at once for each lane and those before it.
func (h *Hasher) Places() (places [lanes]int) {
	for i := range places {
		places[i] = cap(h.lines[i].slots)
	}
	return places
}

// Within sets how long a request waits for a slot.
func (h *Hasher) Within(wait time.Duration) { h.patience = wait }

// OccupySignUps occupies the slots of sign-ups.
func (h *Hasher) OccupySignUps(ctx context.Context) (free func(), err error) {
	return h.occupy(ctx, ForSignUp, cap(h.lines[ForSignUp].slots))
}

// OccupySignIns occupies the slots reserved for sign-ins.
func (h *Hasher) OccupySignIns(ctx context.Context) (free func(), err error) {
	return h.occupy(ctx, ForSignIn, 1)
}

// Occupy occupies all slots.
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

// LeakedCount returns how many leaked passwords the list contains.
func LeakedCount() int { return len(leaked()) }
