package signaling

import (
	"context"
	"net/netip"
	"time"

	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// What tests of the outside reach into.
var (
	RelayOnlySDP       = testRelays.onlySDP
	RelayOnlyCandidate = testRelays.onlyCandidate
)

// testRelays are those of the tests that start none.
var testRelays = newPlaces(RelayConfig{Addresses: []netip.Prefix{
	netip.MustParsePrefix("203.0.113.9/32"), netip.MustParsePrefix("2001:db8::9/128"),
}}, time.Now).relays()

func (p *places) relays() relays { return p.hold }

// Owns reports whether candidates at an address pass.
func (r *Relay) Owns(address string) bool { return r.owns(netip.MustParseAddr(address)) }

// Find replaces the look-up of the relays' names.
func (r *Relay) Find(find func(ctx context.Context, network, host string) ([]netip.Addr, error)) {
	r.places.find = find
}

const (
	MaxFrame       = maxFrame
	MaxDescription = maxDescription
	MaxAllocations = maxAllocations
)

// RecheckEvery shortens the time after which it is asked who may stay; it is called
// before anybody comes.
func (s *Service) RecheckEvery(d time.Duration) { s.rounds = socket.NewRounds(d, s.round) }

// StartRelayAt starts a relay under a clock of the test's own.
var StartRelayAt = startRelay

// OpenPorts is how many ports the relay has given out.
func (r *Relay) OpenPorts() int {
	r.ports.mu.RLock()
	defer r.ports.mu.RUnlock()
	return len(r.ports.open)
}

// Credentials are those of one participant of one call, whose doors close at until.
func (r *Relay) Credentials(participant string, call uuid.UUID, until time.Time) ICEServer {
	return r.CredentialsIn(participant, call, "a session", until)
}

// CredentialsIn are those of one of the participant's sessions.
func (r *Relay) CredentialsIn(participant string, call uuid.UUID, session string, until time.Time) ICEServer {
	servers, _ := r.iceServers(holder{call: call, participant: participant, session: session}, until.Sub(r.now()))
	return servers[0]
}

// End ends what Credentials gave.
func (r *Relay) End(c ICEServer) {
	_, user, _ := parseUsername(c.Username)
	r.end(user)
}

// CredentialsLast is how long credentials of the relay allow to take a port.
const CredentialsLast = credentialsLast

// PassOn is what arrives at the other side of a message from P1, as JSON; empty
// when nothing does.
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

// MaxEach is how many connections over TCP the relay takes from one address.
const MaxEach = maxEach

// SetPatience shortens the time within which a connection over TCP shows
// credentials; it is called before the first of them.
func (r *Relay) SetPatience(d time.Duration) {
	r.tcp.mu.Lock()
	defer r.tcp.mu.Unlock()
	r.tcp.patience = d
}
