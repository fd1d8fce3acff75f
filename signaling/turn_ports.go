package signaling

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/pion/turn/v5"
)

const (
	// maxAllocations is how many ports one participant of one call may hold: a
	// browser takes one for each of its networks and each way to the relay, and a
	// reload leaves the old ones to expire.
	maxAllocations = 20
	// portQueue is how many packets may wait at a port; more are lost, as on any
	// line that is too thin.
	portQueue = 512
	// freePortTries is how often a free port is looked for before giving up.
	freePortTries = 100
)

// The range of ports where none is given (RFC 6335, 6).
const firstDynamicPort, lastDynamicPort = 49152, 65535

var (
	errTCPAllocation = errors.New("relay: TCP allocations are refused")
	errReservation   = errors.New("relay: ports cannot be chosen")
	errFamily        = errors.New("relay: no address of this family")
	errQuota         = errors.New("relay: too many ports for one participant")
	errFull          = errors.New("relay: no port is free")
	errEnded         = errors.New("relay: the credentials have ended")
)

// relayPorts gives out the relay's own ports. They are names inside this
// process: nothing is bound on the network, and a packet sent to one is handed to
// its holder when both are of the same call. A packet to any other address or
// port vanishes and none comes in from outside, so that the relay is no way into
// the network behind (R25); and it works behind any address translation.
type relayPorts struct {
	ip          net.IP
	first, span int
	grants      *grants
	now         func() time.Time

	mu    sync.RWMutex
	open  map[int]*relayPort
	seats map[seat]int // how many ports each participant of a call holds
}

func newRelayPorts(cfg RelayConfig, grants *grants, now func() time.Time) (*relayPorts, error) {
	first, last := cfg.MinPort, cfg.MaxPort
	if first == 0 && last == 0 {
		first, last = firstDynamicPort, lastDynamicPort
	}
	if first == 0 || first > last {
		return nil, fmt.Errorf("ports %d to %d are no range", first, last)
	}
	return &relayPorts{
		ip: cfg.PublicIP, first: int(first), span: int(last) - int(first) + 1, grants: grants, now: now,
		open: map[int]*relayPort{}, seats: map[seat]int{},
	}, nil
}

// Validate is part of turn.RelayAddressGenerator.
func (p *relayPorts) Validate() error { return nil }

// permits is the relay's permission hook: it sees addresses alone; the ports are
// checked packet by packet.
func (p *relayPorts) permits(_ net.Addr, peer net.IP) bool { return peer.Equal(p.ip) }

// within reports whether a user may hold one more port. All sessions of one
// participant of one call share what they may hold.
func (p *relayPorts) within(user string) bool {
	its, stands := p.grants.of(user, p.now())
	p.mu.RLock()
	defer p.mu.RUnlock()
	return stands && p.seats[its.seat()] < maxAllocations
}

// AllocatePacketConn opens a port for a user until the doors of their call close, or
// their grant is ended.
func (p *relayPorts) AllocatePacketConn(conf turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	switch {
	case conf.RequestedPort != 0:
		return nil, nil, errReservation
	case (conf.Network == "udp4") != (p.ip.To4() != nil):
		return nil, nil, errFamily
	}
	port, err := p.take(conf.UserID)
	if err != nil {
		return nil, nil, err
	}
	return port, port.addr, nil
}

// AllocateListener refuses: calls need no TCP between relays (RFC 6062).
func (p *relayPorts) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errTCPAllocation
}

// AllocateConn refuses, as AllocateListener does.
func (p *relayPorts) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) {
	return nil, errTCPAllocation
}

// take opens a port; one that closes by itself ends its allocation. The grant is
// read under the lock, so that none is opened once closeOf has looked.
func (p *relayPorts) take(user string) (*relayPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	its, stands := p.grants.of(user, now)
	switch {
	case !stands:
		return nil, errEnded
	case p.seats[its.seat()] >= maxAllocations:
		return nil, errQuota
	}
	for range freePortTries {
		number := p.first + rand.IntN(p.span)
		if p.open[number] != nil {
			continue
		}
		port := &relayPort{
			ports: p, addr: &net.UDPAddr{IP: p.ip, Port: number}, user: user, seat: its.seat(),
			arrived: make(chan packet, portQueue), closed: make(chan struct{}),
		}
		port.expires = time.AfterFunc(its.until.Sub(now), port.close)
		p.open[number] = port
		p.seats[port.seat]++
		return port, nil
	}
	return nil, errFull
}

// closeOf closes a user's ports. The grant has been ended before, so that there
// will be no others.
func (p *relayPorts) closeOf(user string) {
	p.mu.RLock()
	var theirs []*relayPort
	for _, port := range p.open {
		if port.user == user {
			theirs = append(theirs, port)
		}
	}
	p.mu.RUnlock()
	for _, port := range theirs {
		port.close()
	}
}

// holding are the users who hold ports.
func (p *relayPorts) holding() map[string]bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	users := map[string]bool{}
	for _, port := range p.open {
		users[port.user] = true
	}
	return users
}

func (p *relayPorts) release(port *relayPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, port.addr.Port)
	if p.seats[port.seat]--; p.seats[port.seat] == 0 {
		delete(p.seats, port.seat)
	}
}

// holder is who holds an address within a call, nil when nobody does.
func (p *relayPorts) holder(call uuid.UUID, to net.Addr) *relayPort {
	udp, ok := to.(*net.UDPAddr)
	if !ok || !udp.IP.Equal(p.ip) {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if port := p.open[udp.Port]; port != nil && port.seat.call == call {
		return port
	}
	return nil
}

// packet is what came from another port.
type packet struct {
	data []byte
	from *net.UDPAddr
}

// relayPort is one port of the relay.
type relayPort struct {
	ports   *relayPorts
	addr    *net.UDPAddr
	user    string
	seat    seat
	arrived chan packet
	expires *time.Timer
	once    sync.Once
	closed  chan struct{}
}

// WriteTo hands the data to whoever holds the port; where nobody of this call
// does, or they cannot keep up, it vanishes and is reported as sent, as a network
// would.
func (c *relayPort) WriteTo(data []byte, to net.Addr) (int, error) {
	if holder := c.ports.holder(c.seat.call, to); holder != nil {
		select {
		case holder.arrived <- packet{append([]byte(nil), data...), c.addr}:
		default:
		}
	}
	return len(data), nil
}

// ReadFrom waits for the next packet.
func (c *relayPort) ReadFrom(data []byte) (int, net.Addr, error) {
	select {
	case p := <-c.arrived:
		return copy(data, p.data), p.from, nil
	case <-c.closed:
		return 0, nil, net.ErrClosed
	}
}

// Close gives the port back.
func (c *relayPort) Close() error {
	c.expires.Stop()
	c.close()
	return nil
}

func (c *relayPort) close() {
	c.once.Do(func() {
		close(c.closed)
		c.ports.release(c)
	})
}

// LocalAddr is the relayed address.
func (c *relayPort) LocalAddr() net.Addr { return c.addr }

// Deadlines are not kept; the relay sets none.
func (c *relayPort) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *relayPort) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *relayPort) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
