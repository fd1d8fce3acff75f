// Package passwords says which passwords are good enough (R2), and hashes them: a bounded
// number at once, with places that are kept for whoever was here before (R47).
package passwords

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/passhash"
)

// Lane is who wants a password hashed. What comes later in the order passes where the
// one before is full: a flood of sign-ups keeps nobody from signing in, and a flood of
// both keeps nobody out who was here before.
type Lane int

// The lanes, the one that anybody fills first.
const (
	ForSignUp Lane = iota // whoever opens an account
	ForSignIn             // whoever gives a password or a link
	ForKnown              // a device that the account knows, and a session
	lanes
)

// Hashing is bounded so that a storm exhausts nothing: for sign-ups a place for each
// processor, one more for sign-ins and one more for known devices, 19 MiB each; a
// goroutine for each of those that wait, for a time that is bounded too; an answer at
// once for the rest.
const (
	hashesWaiting = 64 // in each lane
	hashingWait   = 10 * time.Second
)

// busyRetry is when somebody is to come back who found too many waiting.
const busyRetry = 5 * time.Second

var errBusy = fault.Wait("Beaucoup de personnes se connectent ou s’inscrivent en ce moment.", busyRetry)

// ErrWeak is the cause of a password's refusal when it is chosen.
var ErrWeak = errors.New("the password is guessed too easily")

// Hasher judges and hashes passwords, a bounded number at once.
type Hasher struct {
	lines    [lanes]line
	patience time.Duration // how long one waits for a place
	decoy    string        // compared with when an address is unknown, to take the same time (R5)
}

// line is the places of a lane and of those before it.
type line struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// NewHasher returns one; a platform has one.
func NewHasher() (*Hasher, error) {
	nobodys, _ := bearer.New()
	decoy, err := passhash.Make(nobodys)
	if err != nil {
		return nil, fmt.Errorf("password hash: %w", err)
	}
	h := &Hasher{patience: hashingWait, decoy: decoy}
	for i := range h.lines {
		h.lines[i].slots = make(chan struct{}, runtime.GOMAXPROCS(0)+i)
	}
	return h, nil
}

// Turn waits for a place where passwords are hashed, until ctx ends or it has taken
// too long; leave gives it back. Throttled when too many wait already.
func (h *Hasher) Turn(ctx context.Context, l Lane) (leave func(), err error) {
	own := &h.lines[l]
	defer own.waiting.Add(-1)
	if own.waiting.Add(1) > hashesWaiting {
		return nil, errBusy
	}
	patience, done := context.WithTimeoutCause(ctx, h.patience, errBusy)
	defer done()
	return h.enter(patience, l)
}

// enter takes a place of the lane, and of each one that it shares with others.
func (h *Hasher) enter(ctx context.Context, l Lane) (leave func(), err error) {
	if l == lanes {
		return func() {}, nil
	}
	select {
	case h.lines[l].slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	next, err := h.enter(ctx, l+1)
	if err != nil {
		<-h.lines[l].slots
		return nil, err
	}
	return func() { next(); <-h.lines[l].slots }, nil
}

// Choose waits for its turn and returns the hash of a password that somebody chooses,
// about whom those words are. Invalid, with ErrWeak as its cause, when it is guessed
// too easily.
func (h *Hasher) Choose(ctx context.Context, l Lane, password string, about ...string) (string, error) {
	leave, err := h.Turn(ctx, l)
	if err != nil {
		return "", err
	}
	defer leave()
	if problem := guessProblem(password, about); problem != "" {
		return "", &fault.Fault{Code: fault.Invalid, Message: problem, Cause: ErrWeak}
	}
	return passhash.Make(password)
}

// Matches compares password with hash, or with the decoy when hash is empty. It
// is the caller's turn.
func (h *Hasher) Matches(password, hash string) bool {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	return passhash.Matches(password, hash) && known
}
