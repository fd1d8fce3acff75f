// Package passwords checks how good a password is (R2) and hashes passwords, a limited number
// at once, with slots reserved for known devices (R47).
package passwords

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/passhash"
)

// Lane is the priority of a request to hash a password. A later lane has slots that earlier
// ones cannot use: a flood of sign-ups does not block sign-ins, and a flood of both does not
// block known devices.
type Lane int

// The lanes, lowest priority first.
const (
	ForSignUp Lane = iota // opening an account
	ForSignIn             // signing in with a password, or using a link
	ForKnown              // a known device, or somebody who is signed in
	lanes
)

// Hashing is limited, so that many requests at once exhaust neither memory nor processors:
// sign-ups have a slot for each processor, sign-ins one more, known devices another one, with
// 19 MiB each. A limited number of requests waits for a limited time; the others are refused
// at once.
const (
	hashesWaiting = 64 // in each lane
	hashingWait   = 10 * time.Second
)

// busyRetry is when a refused person should try again.
const busyRetry = 5 * time.Second

var errBusy = fault.Wait("Beaucoup de personnes se connectent ou s’inscrivent en ce moment.", busyRetry)

// ErrWeak is the cause of the fault for a password that is too easy to guess.
var ErrWeak = errors.New("the password is guessed too easily")

// Leaks asks a service whether a password is known from a leak.
type Leaks interface {
	Leaked(ctx context.Context, password string) (bool, error)
}

// Hasher checks and hashes passwords, a limited number at once.
type Hasher struct {
	leaks    Leaks // nil without such a service
	lines    [lanes]line
	patience time.Duration // how long a request waits for a slot
	decoy    string        // the hash to compare with for an unknown address, to take the same time (R5)
}

// line is the slots of a lane, which it shares with the lanes before it.
type line struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// NewHasher returns a hasher, which asks leaks too unless it is nil. A platform needs exactly
// one.
func NewHasher(leaks Leaks) (*Hasher, error) {
	nobodys, _ := bearer.New()
	decoy, err := passhash.Make(nobodys)
	if err != nil {
		return nil, fmt.Errorf("password hash: %w", err)
	}
	h := &Hasher{leaks: leaks, patience: hashingWait, decoy: decoy}
	for i := range h.lines {
		h.lines[i].slots = make(chan struct{}, runtime.GOMAXPROCS(0)+i)
	}
	return h, nil
}

// Turn waits for a slot, until ctx ends or the wait is too long. The caller must call leave
// to release the slot. It fails with Throttled when too many requests wait already.
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

// enter acquires a slot of the lane and of each lane whose limit includes it.
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

// Choose waits for its turn and returns the hash of a new password. about are words about the
// person, which would make it guessable. It fails with Invalid, caused by ErrWeak, when the
// password is too easy to guess or is known from a leak.
func (h *Hasher) Choose(ctx context.Context, l Lane, password string, about ...string) (string, error) {
	hash, err := h.hash(ctx, l, password, about)
	if err != nil {
		return "", err
	}
	if h.leaked(ctx, password) { // asked without a slot, as the service may be slow
		return "", refused(problemLeaked)
	}
	return hash, nil
}

// hash checks and hashes a password in its turn.
func (h *Hasher) hash(ctx context.Context, l Lane, password string, about []string) (string, error) {
	leave, err := h.Turn(ctx, l)
	if err != nil {
		return "", err
	}
	defer leave()
	if problem := guessProblem(password, about); problem != "" {
		return "", refused(problem)
	}
	return passhash.Make(password)
}

func refused(problem string) error {
	return &fault.Fault{Code: fault.Invalid, Message: problem, Cause: ErrWeak}
}

// leaked asks the service of leaks, if there is one. A service that does not answer keeps
// nobody from choosing a password.
func (h *Hasher) leaked(ctx context.Context, password string) bool {
	if h.leaks == nil {
		return false
	}
	leaked, err := h.leaks.Leaked(ctx, password)
	if err != nil {
		slog.WarnContext(ctx, "the service of leaked passwords does not answer (PASSWORD_RANGE_URL)", "error", err)
	}
	return leaked
}

// Matches compares password with hash, or with the decoy when hash is empty. The caller has
// called Turn.
func (h *Hasher) Matches(password, hash string) bool {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	return passhash.Matches(password, hash) && known
}
