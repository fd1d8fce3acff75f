package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// How many failures cost nothing: people mistype, and many may share one place.
const (
	freeFailures      = 5
	freePlaceFailures = 100
)

// maxDelay bounds how long one must wait, and throttleMemory how long failures
// are remembered.
const (
	maxDelay       = 15 * time.Minute
	throttleMemory = 24 * time.Hour
)

// throttle is what failures are counted for.
type throttle struct {
	key  string // names it without keeping an address
	free int
}

func newThrottle(kind, value string, free int) throttle {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.ToLower(value)))
	return throttle{key: kind + ":" + hex.EncodeToString(sum[:16]), free: free}
}

func byAccount(email string) throttle { return newThrottle("account", email, freeFailures) }
func byPlace(place string) throttle   { return newThrottle("place", place, freePlaceFailures) }
func byCode(id uuid.UUID) throttle    { return newThrottle("code", id.String(), freeFailures) }

// delay is how long one waits after so many failures: 1 s, 2 s, 4 s…
func (t throttle) delay(failures int) time.Duration {
	over := failures - t.free
	if over <= 0 {
		return 0
	}
	if over > 10 {
		return maxDelay
	}
	return min(maxDelay, time.Second<<(over-1))
}

// admit fails with Throttled while one of the throttles must wait.
func (s *Service) admit(ctx context.Context, throttles ...throttle) error {
	now := s.db.Now()
	keys := make([]string, len(throttles))
	for i, t := range throttles {
		keys[i] = t.key
	}
	until, err := readBlock(ctx, s.db.Pool, keys, now)
	if err != nil || until.IsZero() {
		return err
	}
	return &fault.Fault{
		Code:       fault.Throttled,
		Message:    "Trop d’essais ont échoué. Attendez un peu, puis essayez de nouveau. Le standard peut aussi vous aider.",
		RetryAfter: until.Sub(now),
	}
}

// failed counts one failure for each throttle and returns why.
func (s *Service) failed(ctx context.Context, why error, throttles ...throttle) error {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, t := range throttles {
			failures, err := countFailure(ctx, tx, t.key)
			if err != nil {
				return err
			}
			if err := blockUntil(ctx, tx, t.key, tx.Now.Add(t.delay(failures))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return why
}
