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

// How many tries cause no delay: people mistype, and many may share one place.
const (
	FreeTries      = 5
	freePlaceTries = 100
)

// TriesInDay is how many wrong passwords or codes an account admits in 24 hours from devices that
// it does not know. More would make slow guessing worthwhile. A link by mail lets the owner in
// without a wait, and a known device is not counted.
const TriesInDay = 25

// maxDelay is the longest delay between tries, shorter than the lifetime of a link that sets a password.
// throttleMemory is how long tries are remembered.
const (
	maxDelay       = 15 * time.Minute
	throttleMemory = 24 * time.Hour
)

// Throttle is a counter of tries. A try is counted before it is checked, so that
// simultaneous tries all count, and subtracted when it succeeds.
type Throttle struct {
	Key    string // a digest; only the index key links it to what is counted
	Free   int    // tries without a delay
	Most   int    // tries in 24 hours; 0: any number
	Texted bool   // of codes by SMS, for people who may have no e-mail address
}

func (s *Service) Throttle(kind, value string, free int) Throttle {
	sum := s.vault.Digest("throttle-"+kind, strings.ToLower(value))
	return Throttle{Key: kind + ":" + hex.EncodeToString(sum[:16]), Free: free}
}

// ByAccount returns the throttle of an e-mail address, with an account or not (R5).
func (s *Service) ByAccount(email string) Throttle {
	return s.Throttle("account", email, FreeTries).atMost(TriesInDay)
}

// ByNumber returns the throttle of the codes that were sent to a number, by its key.
func ByNumber(key string) Throttle {
	return Throttle{Key: key, Free: FreeTries, Texted: true}.atMost(TriesInDay)
}

func (t Throttle) atMost(tries int) Throttle {
	t.Most = tries
	return t
}

func (s *Service) ByCode(id uuid.UUID) Throttle { return s.Throttle("code", id.String(), FreeTries) }

// ByPlace returns a throttle for each network that a place belongs to.
func (s *Service) ByPlace(place string) []Throttle {
	var counts []Throttle
	for _, n := range networks(place) {
		counts = append(counts, s.Throttle(kindPlace, n.name, freePlaceTries*n.share))
	}
	return counts
}

// ByDevice returns the throttle of a known device. Its token cannot be guessed, so an attack
// on the account does not slow the device down.
func (s *Service) ByDevice(mark string) Throttle {
	return s.Throttle("device", hex.EncodeToString(bearer.Hash(mark)), FreeTries)
}

// ByPassword returns the throttle for the password of somebody who is signed in, and
// ByNewEmail that of the addresses that they want to move to.
func (s *Service) ByPassword(id uuid.UUID) Throttle {
	return s.Throttle("password", id.String(), FreeTries)
}

func (s *Service) ByNewEmail(id uuid.UUID) Throttle {
	return s.Throttle("email", id.String(), FreeTries)
}

const kindPlace = "place"

// shared reports whether the tries of many people are counted together. A successful try
// then subtracts only itself.
func (t Throttle) shared() bool { return strings.HasPrefix(t.Key, kindPlace+":") }

// part is a network, with how many times more tries it may make than one subscriber.
type part struct {
	name  string
	share int
}

// siteShare is how many times more tries than one subscriber a /48 may make.
const siteShare = 4

// networks returns the networks that a place belongs to: an IPv4 address itself; of an IPv6
// address, its /64, and the /48 that a site is assigned (RFC 6177), which has 65,536 of them.
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

// delay returns the delay after a number of tries: 1 s, 2 s, 4 s…, and a day after the last one.
func (t Throttle) delay(tries int) time.Duration {
	if t.Most > 0 && tries >= t.Most {
		return throttleMemory
	}
	over := tries - t.Free
	if over <= 0 {
		return 0
	}
	if over > 10 {
		return maxDelay
	}
	return min(maxDelay, time.Second<<(over-1))
}

// throttled returns the fault for a wait. Only a day's last try makes one longer than maxDelay.
func throttled(wait time.Duration, by ...Throttle) error {
	switch {
	case wait <= maxDelay:
		return fault.Wait("Trop d’essais ont échoué. Le standard peut aussi vous aider.", wait)
	case slices.ContainsFunc(by, func(t Throttle) bool { return t.Texted }):
		return fault.Wait(dayOfCodesUsedUp, wait)
	}
	return fault.Wait(dayUsedUp, wait)
}

const dayOfCodesUsedUp = "Trop de codes faux ont été essayés depuis hier. Pour entrer sans attendre, utilisez un appareil où vous vous êtes déjà connecté, ou appelez le standard."

const dayUsedUp = "Trop d’essais ont échoué depuis hier. Pour entrer sans attendre, demandez un lien par e-mail avec «\u00a0Mot de passe oublié\u00a0», utilisez un appareil où vous vous êtes déjà connecté, ou appelez le standard."

// RefuseBlocked fails with Throttled while one of the throttles is blocked. It counts
// nothing and costs one query.
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
	return throttled(until.Sub(now), throttles...)
}

// Admit counts a try for each throttle. While one of them is blocked, it counts nothing and
// fails with Throttled. After a successful try, the caller calls Forget or Forgive.
func (s *Service) Admit(ctx context.Context, throttles ...Throttle) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return AdmitIn(ctx, tx, throttles...) })
}

// AdmitIn is Admit in the caller's transaction, which must be rolled back when it fails.
func AdmitIn(ctx context.Context, tx postgres.Tx, throttles ...Throttle) error {
	for _, t := range inOrder(throttles) {
		tries, blocked, err := countTry(ctx, tx, t.Key)
		if err != nil {
			return err
		}
		if blocked.After(tx.Now) {
			return throttled(blocked.Sub(tx.Now), t)
		}
		if err := blockFor(ctx, tx, t.Key, t.delay(tries)); err != nil {
			return err
		}
	}
	return nil
}

// inOrder sorts throttles, so that all transactions lock counters in the same order.
func inOrder(throttles []Throttle) []Throttle {
	return slices.SortedFunc(slices.Values(throttles), func(a, b Throttle) int { return cmp.Compare(a.Key, b.Key) })
}

// Forgive is called after a successful try: it resets a person's own counter, and subtracts
// the try from a shared one.
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
