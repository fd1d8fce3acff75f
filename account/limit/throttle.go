package limit

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

// How many tries cost nothing: people mistype, and many may share one place.
const (
	FreeTries      = 5
	freePlaceTries = 100
)

// maxDelay bounds how long one must wait (a link that sets a password lives
// longer), and throttleMemory how long tries are
// remembered.
const (
	maxDelay       = 15 * time.Minute
	throttleMemory = 24 * time.Hour
)

// Throttle is what tries are counted for. A try is counted before it is made,
// so that a thousand at once are a thousand counted, and taken back when it was
// a good one.
type Throttle struct {
	Key  string // names it, without the index key, to nobody
	Free int
}

func (s *Service) Throttle(kind, value string, free int) Throttle {
	sum := s.vault.Digest("throttle-"+kind, strings.ToLower(value))
	return Throttle{Key: kind + ":" + hex.EncodeToString(sum[:16]), Free: free}
}

func (s *Service) ByAccount(email string) Throttle {
	return s.Throttle("account", email, FreeTries)
}

func (s *Service) ByCode(id uuid.UUID) Throttle { return s.Throttle("code", id.String(), FreeTries) }

// ByPlace counts for the networks that a place is part of.
func (s *Service) ByPlace(place string) []Throttle {
	var counts []Throttle
	for _, n := range networks(place) {
		counts = append(counts, s.Throttle(kindPlace, n.name, freePlaceTries*n.share))
	}
	return counts
}

// ByDevice counts for a known device, whose token nobody else can guess: the
// tries of an attack on its account do not slow it down.
func (s *Service) ByDevice(mark string) Throttle {
	return s.Throttle("device", hex.EncodeToString(bearer.Hash(mark)), FreeTries)
}

// ByPassword counts the tries of somebody signed in at their own password, and
// byNewEmail the addresses that they ask to move to.
func (s *Service) ByPassword(id uuid.UUID) Throttle {
	return s.Throttle("password", id.String(), FreeTries)
}

func (s *Service) ByNewEmail(id uuid.UUID) Throttle {
	return s.Throttle("email", id.String(), FreeTries)
}

const kindPlace = "place"

// shared reports that many people's tries are counted together: a good one takes
// back itself alone.
func (t Throttle) shared() bool { return strings.HasPrefix(t.Key, kindPlace+":") }

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
func (t Throttle) delay(tries int) time.Duration {
	over := tries - t.Free
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

// RefuseBlocked fails with Throttled while one of the throttles must wait; it
// counts nothing, and costs one reading.
func (s *Service) RefuseBlocked(ctx context.Context, throttles ...Throttle) error {
	now := s.db.Now()
	keys := make([]string, len(throttles))
	for i, t := range throttles {
		keys[i] = t.Key
	}
	until, err := readBlock(ctx, s.db.Pool, keys, now)
	if err != nil || until.IsZero() {
		return err
	}
	return throttled(until.Sub(now))
}

// Admit counts a try for each throttle, or counts nothing and fails with
// Throttled while one of them must wait. forgetTries or forgive takes the try
// back when it was a good one.
func (s *Service) Admit(ctx context.Context, throttles ...Throttle) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return AdmitIn(ctx, tx, throttles...) })
}

// AdmitIn does so in the caller's transaction, which is rolled back when it fails.
func AdmitIn(ctx context.Context, tx postgres.Tx, throttles ...Throttle) error {
	for _, t := range inOrder(throttles) {
		tries, blocked, err := countTry(ctx, tx, t.Key)
		if err != nil {
			return err
		}
		if blocked.After(tx.Now) {
			return throttled(blocked.Sub(tx.Now))
		}
		if err := blockFor(ctx, tx, t.Key, t.delay(tries)); err != nil {
			return err
		}
	}
	return nil
}

// inOrder has every transaction lock the same counters in the same order.
func inOrder(throttles []Throttle) []Throttle {
	return slices.SortedFunc(slices.Values(throttles), func(a, b Throttle) int { return cmp.Compare(a.Key, b.Key) })
}

// Forgive takes a good try back: a counter of one's own begins anew, a shared one
// loses this try.
func Forgive(ctx context.Context, tx postgres.Tx, throttles []Throttle) error {
	for _, t := range inOrder(throttles) {
		act := Forget
		if t.shared() {
			act = takeBackTry
		}
		if err := act(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}
