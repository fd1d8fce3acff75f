package signaling

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/stun/v4"
)

const (
	resolveEvery   = 5 * time.Minute  // age at which known addresses are looked up again
	retryResolving = 10 * time.Second // the same if none are known
	resolveWithin  = 3 * time.Second
)

// places are the addresses of the ports of the deployment's relays. If none are configured,
// the relays' names are resolved when needed.
type places struct {
	fixed []netip.Prefix
	names []string
	find  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	now   func() time.Time

	mu    sync.Mutex
	found []netip.Addr
	at    time.Time // of the last lookup
}

func newPlaces(cfg RelayConfig, now func() time.Time) *places {
	p := &places{fixed: slices.Clone(cfg.Addresses), find: net.DefaultResolver.LookupNetIP, now: now}
	if len(p.fixed) == 0 {
		p.names = hosts(cfg.URLs)
	}
	if ip, ok := netip.AddrFromSlice(cfg.PublicIP); ok {
		ip = ip.Unmap()
		p.fixed = append(p.fixed, netip.PrefixFrom(ip, ip.BitLen()))
	}
	return p
}

// hosts returns the names and addresses in the relays' URLs.
func hosts(urls []string) (names []string) {
	for _, url := range urls {
		if relay, err := stun.ParseURI(url); err == nil && !slices.Contains(names, relay.Host) {
			names = append(names, relay.Host)
		}
	}
	return names
}

// owns reports whether an address is one of the deployment's relays.
func (r *Relay) owns(address netip.Addr) bool { return r.places.contain(address) }

func (p *places) contain(address netip.Addr) bool {
	if slices.ContainsFunc(p.fixed, func(prefix netip.Prefix) bool { return prefix.Contains(address) }) {
		return true
	}
	return len(p.names) > 0 && slices.Contains(p.resolved(), address)
}

// resolved returns the addresses of the names. Concurrent callers wait for one lookup, a few
// seconds at most; a failed lookup keeps the known addresses.
func (p *places) resolved() []netip.Addr {
	p.mu.Lock()
	defer p.mu.Unlock()
	every := resolveEvery
	if len(p.found) == 0 {
		every = retryResolving
	}
	if now := p.now(); now.Sub(p.at) >= every {
		p.at = now
		if found := p.lookUp(); len(found) > 0 {
			p.found = found
		}
	}
	return p.found
}

func (p *places) lookUp() (found []netip.Addr) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveWithin)
	defer cancel()
	for _, name := range p.names {
		addresses, err := p.find(ctx, "ip", name)
		if err != nil {
			slog.Warn("a relay's name has no address: its candidates are dropped (TURN_RELAY_ADDRESSES)", "relay", name, "cause", err)
		}
		for _, address := range addresses {
			found = append(found, address.Unmap())
		}
	}
	return found
}
