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
	resolveEvery   = 5 * time.Minute  // what is known of a name is looked up anew
	retryResolving = 10 * time.Second // likewise, where nothing is known
	resolveWithin  = 3 * time.Second
)

// places are the addresses at which the deployment's relays give ports out. Where
// they are not set, the names of the relays are looked up when they are needed.
type places struct {
	fixed []netip.Prefix
	names []string
	find  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	now   func() time.Time

	mu    sync.Mutex
	found []netip.Addr
	at    time.Time // of the last look
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

// hosts are the names and addresses in the relays' URLs.
func hosts(urls []string) (names []string) {
	for _, url := range urls {
		if relay, err := stun.ParseURI(url); err == nil && !slices.Contains(names, relay.Host) {
			names = append(names, relay.Host)
		}
	}
	return names
}

// owns reports whether an address is one of the deployment's relays.
func (r *Relay) owns(address netip.Addr) bool { return r.places.hold(address) }

func (p *places) hold(address netip.Addr) bool {
	if slices.ContainsFunc(p.fixed, func(prefix netip.Prefix) bool { return prefix.Contains(address) }) {
		return true
	}
	return len(p.names) > 0 && slices.Contains(p.resolved(), address)
}

// resolved is what the names stand for. One asks while the others wait, a few
// seconds at most; a look that fails leaves what was known.
func (p *places) resolved() []netip.Addr {
	p.mu.Lock()
	defer p.mu.Unlock()
	every := resolveEvery
	if len(p.found) == 0 {
		every = retryResolving
	}
	if now := p.now(); now.Sub(p.at) >= every {
		p.at = now
		if found := p.look(); len(found) > 0 {
			p.found = found
		}
	}
	return p.found
}

func (p *places) look() (found []netip.Addr) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveWithin)
	defer cancel()
	for _, name := range p.names {
		addresses, err := p.find(ctx, "ip", name)
		if err != nil {
			slog.Warn("a relay's name has no address: candidates of its do not pass (TURN_RELAY_ADDRESSES)", "relay", name, "cause", err)
		}
		for _, address := range addresses {
			found = append(found, address.Unmap())
		}
	}
	return found
}
