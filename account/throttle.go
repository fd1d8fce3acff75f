package account

import (
	"cmp"
	"context"
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
	key  string // names it, without the index key, to nobody
	free int
}

func (s *Service) newThrottle(kind, value string, free int) throttle {
	sum := s.vault.Digest("throttle-"+kind, strings.ToLower(value))
	return throttle{key: kind + ":" + hex.EncodeToString(sum[:16]), free: free}
}

func (s *Service) byAccount(email string) throttle {
	return s.newThrottle("account", email, freeTries)
}

func (s *Service) byCode(id uuid.UUID) throttle { return s.newThrottle("code", id.String(), freeTries) }

// byPlace counts for the networks that a place is part of.
func (s *Service) byPlace(place string) []throttle {
	var counts []throttle
	for _, n := range networks(place) {
		counts = append(counts, s.newThrottle(kindPlace, n.name, freePlaceTries*n.share))
	}
	return counts
}

// byDevice counts for a known device, whose token nobody else can guess: the
// tries of an attack on its account do not slow it down.
func (s *Service) byDevice(mark string) throttle {
	return s.newThrottle("device", hex.EncodeToString(hashToken(mark)), freeTries)
}

// byPassword counts the tries of somebody signed in at their own password, and
// byNewEmail the addresses that they ask to move to.
func (s *Service) byPassword(id uuid.UUID) throttle {
	return s.newThrottle("password", id.String(), freeTries)
}

func (s *Service) byNewEmail(id uuid.UUID) throttle {
	return s.newThrottle("email", id.String(), freeTries)
}

const kindPlace = "place"

// shared reports that many people's tries are counted together: a good one takes
// back itself alone.
func (t throttle) shared() bool { return strings.HasPrefix(t.key, kindPlace+":") }

// part is a network that requests come from, with how many times as much may come
// from it as from one subscriber.
type part struct {
	name  string
	share int
}

// siteShare is how many subscribers may be as busy as can be behind one /48.
const siteShare = 4

// networks are what one place is part of: an IPv4 address; of an IPv6 address, the 64
// bits of one network and the 48 that a site or a customer is given (RFC 6177), which
// hold 65,536 of them.
func networks(place string) []part {
	address, err := netip.ParseAddr(place)
	if err != nil {
		return []part{{place, 1}}
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return []part{{address.String(), 1}}
	}
	return []part{{netip.PrefixFrom(address, 64).Masked().String(), 1}, {netip.PrefixFrom(address, 48).Masked().String(), siteShare}}
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
	return fault.Wait("Trop d’essais ont échoué. Le standard peut aussi vous aider.", wait)
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
