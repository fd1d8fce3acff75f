package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// How many tries cost nothing: people mistype, and many may share one place.
const (
	freeTries      = 5
	freePlaceTries = 100
)

// maxDelay bounds how long one must wait (a link that sets a password lives
// longer), and throttleMemory how long tries are
// remembered.
const (
	maxDelay       = 15 * time.Minute
	throttleMemory = 24 * time.Hour
)

// throttle is what tries are counted for. A try is counted before it is made,
// so that a thousand at once are a thousand counted, and taken back when it was
// a good one.
type throttle struct {
	key  string // names it without keeping an address
	free int
}

func newThrottle(kind, value string, free int) throttle {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.ToLower(value)))
	return throttle{key: kind + ":" + hex.EncodeToString(sum[:16]), free: free}
}

func byAccount(email string) throttle { return newThrottle(kindAccount, email, freeTries) }
func byPlace(place string) throttle   { return newThrottle(kindPlace, network(place), freePlaceTries) }
func byCode(id uuid.UUID) throttle    { return newThrottle("code", id.String(), freeTries) }

// byDevice counts for a known device, whose token nobody else can guess: the
// tries of an attack on its account do not slow it down.
func byDevice(mark string) throttle {
	return newThrottle(kindDevice, hex.EncodeToString(hashToken(mark)), freeTries)
}

// byReset counts the links that an address asks for.
func byReset(email string) throttle { return newThrottle("reset", email, freeTries) }

// byPassword counts the tries of somebody signed in at their own password, and
// byNewEmail the addresses that they ask to move to.
func byPassword(id uuid.UUID) throttle { return newThrottle("password", id.String(), freeTries) }
func byNewEmail(id uuid.UUID) throttle { return newThrottle("email", id.String(), freeTries) }

const (
	kindAccount = "account"
	kindPlace   = "place"
	kindDevice  = "device"
)

// shared reports that many people's tries are counted together: a good one takes
// back itself alone.
func (t throttle) shared() bool { return strings.HasPrefix(t.key, kindPlace+":") }

// network is what one subscriber is given: of an IPv6 address, the first 64 bits
// (RFC 6177).
func network(place string) string {
	address, err := netip.ParseAddr(place)
	if err != nil {
		return place
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}

// delay is how long one waits after so many tries: 1 s, 2 s, 4 s…
func (t throttle) delay(tries int) time.Duration {
	over := tries - t.free
	if over <= 0 {
		return 0
	}
	if over > 10 {
		return maxDelay
	}
	return min(maxDelay, time.Second<<(over-1))
}

func throttled(wait time.Duration) error {
	return &fault.Fault{
		Code:       fault.Throttled,
		Message:    "Trop d’essais ont échoué. Attendez un peu, puis essayez de nouveau. Le standard peut aussi vous aider.",
		RetryAfter: wait,
	}
}

// refuseBlocked fails with Throttled while one of the throttles must wait; it
// counts nothing, and costs one reading.
func (s *Service) refuseBlocked(ctx context.Context, throttles ...throttle) error {
	now := s.db.Now()
	keys := make([]string, len(throttles))
	for i, t := range throttles {
		keys[i] = t.key
	}
	until, err := readBlock(ctx, s.db.Pool, keys, now)
	if err != nil || until.IsZero() {
		return err
	}
	return throttled(until.Sub(now))
}

// admit counts a try for each throttle, or counts nothing and fails with
// Throttled while one of them must wait. forgetTries or forgive takes the try
// back when it was a good one.
func (s *Service) admit(ctx context.Context, throttles ...throttle) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return admitIn(ctx, tx, throttles...) })
}

// admitIn does so in the caller's transaction, which is rolled back when it fails.
func admitIn(ctx context.Context, tx postgres.Tx, throttles ...throttle) error {
	for _, t := range inOrder(throttles) {
		tries, blocked, err := countTry(ctx, tx, t.key)
		if err != nil {
			return err
		}
		if blocked.After(tx.Now) {
			return throttled(blocked.Sub(tx.Now))
		}
		if err := blockFor(ctx, tx, t.key, t.delay(tries)); err != nil {
			return err
		}
	}
	return nil
}

// inOrder has every transaction lock the same counters in the same order.
func inOrder(throttles []throttle) []throttle {
	return slices.SortedFunc(slices.Values(throttles), func(a, b throttle) int { return cmp.Compare(a.key, b.key) })
}

// forgive takes a good try back: a counter of one's own begins anew, a shared one
// loses this try.
func forgive(ctx context.Context, tx postgres.Tx, throttles []throttle) error {
	for _, t := range inOrder(throttles) {
		act := forgetTries
		if t.shared() {
			act = takeBackTry
		}
		if err := act(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}
