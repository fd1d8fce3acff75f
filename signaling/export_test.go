package signaling

import (
	"context"
	"net/netip"
	"time"

	"socialdirect/internal/socket"
	"socialdirect/signaling/filter"

	"github.com/google/uuid"
)

// Unexported names that external tests use.
var (
	RelayOnlySDP       = testRelays.Description
	RelayOnlyCandidate = testRelays.Candidate
)

// testRelays are the relays' addresses in tests that start no relay.
var testRelays = newPlaces(RelayConfig{Addresses: []netip.Prefix{
	netip.MustParsePrefix("203.0.113.9/32"), netip.MustParsePrefix("2001:db8::9/128"),
}}, time.Now).relays()

func (p *places) relays() filter.Relays { return p.contain }

// Owns reports whether candidates at an address are forwarded.
func (r *Relay) Owns(address string) bool { return r.owns(netip.MustParseAddr(address)) }

// Find replaces the lookup of the relays' names.
func (r *Relay) Find(find func(ctx context.Context, network, host string) ([]netip.Addr, error)) {
	r.places.find = find
}

const (
	MaxFrame       = maxFrame
	MaxDescription = maxDescription
	MaxAllocations = maxAllocations
)

// RecheckEvery changes the interval of the rounds; it must be called before anybody connects.
func (s *Service) RecheckEvery(d time.Duration) { s.rounds = socket.NewRounds(d, s.round) }

// StartRelayAt starts a relay with the test's clock.
var StartRelayAt = startRelay

// OpenPorts returns the number of allocated ports.
func (r *Relay) OpenPorts() int {
	r.ports.mu.RLock()
	defer r.ports.mu.RUnlock()
	return len(r.ports.open)
}

// Credentials returns those of one participant of one call that closes at until.
func (r *Relay) Credentials(participant string, call uuid.UUID, until time.Time) ICEServer {
	return r.CredentialsIn(participant, call, "a session", until)
}

// CredentialsIn returns those of one session of the participant.
func (r *Relay) CredentialsIn(participant string, call uuid.UUID, session string, until time.Time) ICEServer {
	servers, _ := r.iceServers(holder{call: call, participant: participant, session: session}, until.Sub(r.now()))
	return servers[0]
}

// End revokes what Credentials returned.
func (r *Relay) End(c ICEServer) {
	_, user, _ := parseUsername(c.Username)
	r.end(user)
}

// CredentialsLast is how long credentials of the relay can allocate ports.
const CredentialsLast = credentialsLast

// PassOn returns what the other side receives of a message from P1, as JSON; empty if nothing.
func PassOn(data []byte) (string, error) {
	m, err := parse(data)
	if err != nil {
		return "", err
	}
	what, err := m.passedOn("P1", testRelays)
	if err != nil || what == nil {
		return "", err
	}
	out, err := socket.Encoded(what)
	return string(out), err
}

// MaxEach is the number of TCP connections that the relay accepts from one address.
const MaxEach = maxEach

// SetPatience shortens the time in which a TCP connection must show credentials; it must be
// called before the first one.
func (r *Relay) SetPatience(d time.Duration) {
	r.tcp.mu.Lock()
	defer r.tcp.mu.Unlock()
	r.tcp.patience = d
}
