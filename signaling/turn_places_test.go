package signaling_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/signaling"
)

func places(t *testing.T, cfg signaling.RelayConfig) *signaling.Relay {
	t.Helper()
	cfg.Secret = "a secret of the test's own"
	r, err := signaling.StartRelay(cfg)
	must(t, err)
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func owned(t *testing.T, r *signaling.Relay, own, others []string) {
	t.Helper()
	for _, address := range own {
		if !r.Owns(address) {
			t.Errorf("%s is not recognised as a relay's", address)
		}
	}
	for _, address := range others {
		if r.Owns(address) {
			t.Errorf("%s is recognised as a relay's", address)
		}
	}
}

func TestR25_TheEmbeddedRelayHasOnlyItsPublicAddress(t *testing.T) {
	t.Parallel()
	r := places(t, signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.ParseIP("192.0.2.7")})
	owned(t, r, []string{"192.0.2.7"}, []string{"192.0.2.8", "127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"})
}

func TestR25_ExternalRelaysHaveTheAddressesOfTheirNames(t *testing.T) {
	t.Parallel()
	r := places(t, signaling.RelayConfig{URLs: []string{"turn:relay.example.org:3478?transport=udp", "turns:relay.example.org:5349", "turn:198.51.100.4"}})
	var asked atomic.Int64
	r.Find(func(_ context.Context, _, host string) ([]netip.Addr, error) {
		asked.Add(1)
		return map[string][]netip.Addr{
			"relay.example.org": {netip.MustParseAddr("::ffff:192.0.2.7"), netip.MustParseAddr("2001:db8::7")},
			"198.51.100.4":      {netip.MustParseAddr("198.51.100.4")},
		}[host], nil
	})
	owned(t, r, []string{"192.0.2.7", "2001:db8::7", "198.51.100.4"}, []string{"192.0.2.8", "2001:db8::8"})
	if n := asked.Load(); n != 2 {
		t.Errorf("%d lookups for two names", n)
	}
}

func TestR25_ConfiguredAddressesReplaceThoseOfNames(t *testing.T) {
	t.Parallel()
	r := places(t, signaling.RelayConfig{
		URLs: []string{"turn:relay.example.org"}, Listen: "127.0.0.1:0", PublicIP: net.ParseIP("192.0.2.7"),
		Addresses: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/28"), netip.MustParsePrefix("2001:db8::7/128")},
	})
	r.Find(func(context.Context, string, string) ([]netip.Addr, error) {
		t.Error("a name was looked up")
		return nil, errors.New("unexpected lookup")
	})
	owned(t, r, []string{"192.0.2.7", "198.51.100.15", "2001:db8::7"}, []string{"198.51.100.16", "2001:db8::8"})
}

func TestR25_NamesAreResolvedAgainAfterAWhile(t *testing.T) {
	t.Parallel()
	c := newClock()
	r, err := signaling.StartRelayAt(signaling.RelayConfig{Secret: "secret", URLs: []string{"turn:relay.example.org"}}, c.now)
	must(t, err)
	address, failing := "192.0.2.7", false
	r.Find(func(context.Context, string, string) ([]netip.Addr, error) {
		if failing {
			return nil, errors.New("the resolver is down")
		}
		return []netip.Addr{netip.MustParseAddr(address)}, nil
	})
	owned(t, r, []string{"192.0.2.7"}, nil)
	address = "192.0.2.8"
	owned(t, r, []string{"192.0.2.7"}, []string{"192.0.2.8"})
	c.passes(5 * time.Minute)
	owned(t, r, []string{"192.0.2.8"}, []string{"192.0.2.7"})
	failing = true
	c.passes(5 * time.Minute)
	owned(t, r, []string{"192.0.2.8"}, nil)
}

func TestR25_CandidatesOfARelayThatDoesNotResolveAreDropped(t *testing.T) {
	t.Parallel()
	r := places(t, signaling.RelayConfig{URLs: []string{"turn:relay.example.org"}})
	r.Find(func(context.Context, string, string) ([]netip.Addr, error) { return nil, errors.New("no such host") })
	owned(t, r, nil, []string{"192.0.2.7", "0.0.0.0"})
}
