package signaling

import (
	"encoding/json"
	"net/netip"
	"time"

	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// Trial is a call of one person with an echo in place of another (R27): there is no
// appointment and no account, and nothing is stored. Messages and candidates pass the same
// filters as those of every call, and the credentials are for this trial alone.
type Trial struct {
	relay *Relay
	call  uuid.UUID
	lasts time.Duration
}

// echoID is the echo's identifier; the person is P1.
const echoID = "echo"

// Closed is the close code of a call or a trial that is over.
const Closed = callClosed

// NewTrial returns a trial that can use the relay for at most lasts. The caller ends it with
// End.
func NewTrial(relay *Relay, lasts time.Duration) *Trial {
	return &Trial{relay: relay, call: uuid.New(), lasts: lasts}
}

// NewTrialSockets returns sockets with the limits of a call's.
func NewTrialSockets() *socket.Hub { return socket.NewHub(limits) }

// Welcome is the first message to the person: the echo, by the given name, is there already.
func (t *Trial) Welcome(name string, closesAt time.Time) any {
	return welcome{
		Type: "welcome", Self: beneficiaryID, Participants: []participant{{ID: echoID, Name: name, Role: role(echoID)}},
		ICEServers: t.servers(beneficiaryID), Policy: relayOnly, ClosesAt: closesAt,
	}
}

// EchoServers returns the relays for the echo, which runs in this process.
func (t *Trial) EchoServers() []ICEServer {
	servers := t.servers(echoID)
	if t.relay.server != nil {
		servers[0].URLs = []string{"turn:" + t.relay.inside() + "?transport=udp"}
	}
	return servers
}

func (t *Trial) servers(participant string) []ICEServer {
	servers, _ := t.relay.iceServers(t.holder(participant), t.lasts)
	return servers
}

func (t *Trial) holder(participant string) holder {
	return holder{call: t.call, participant: participant, trial: true}
}

// Said returns what the echo receives of a message from the person: nil if it is for somebody
// else, or the filter leaves nothing of it. left reports that the person left.
func (t *Trial) Said(data []byte) (passed []byte, left bool, err error) {
	m, err := parse(data)
	switch {
	case err != nil:
		return nil, false, err
	case m.Type == "leave":
		return nil, true, nil
	case m.Type == "admit":
		return nil, false, errNotWorker
	case m.To != "" && m.To != echoID:
		return nil, false, nil
	}
	passed, err = t.pass(m, beneficiaryID)
	return passed, false, err
}

// Answered returns what the person receives of a message from the echo: nil if the filter
// leaves nothing of it.
func (t *Trial) Answered(data []byte) (json.RawMessage, error) {
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	return t.pass(m, echoID)
}

func (t *Trial) pass(m message, from string) ([]byte, error) {
	if m.Type != "description" && m.Type != "candidate" {
		return nil, nil // of no use to an echo
	}
	what, err := m.passedOn(from, t.relay.owns)
	if err != nil || what == nil {
		return nil, err
	}
	return socket.Encoded(what)
}

// End revokes the credentials and closes the ports at the embedded relay.
func (t *Trial) End() {
	for _, participant := range []string{beneficiaryID, echoID} {
		t.relay.end(t.relay.user(t.holder(participant)))
	}
}

// inside returns the address at which this process reaches the embedded relay: the public one
// may lead nowhere from this machine.
func (r *Relay) inside() string {
	at, err := netip.ParseAddrPort(r.here)
	if err == nil && at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
		return at.String()
	}
	return r.here
}
