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
	// maxAllocations is the number of ports that one participant of one call may have: a browser
	// allocates one per network interface and relay URL, and after a reload the old ones only
	// expire.
	maxAllocations = 20
	// portQueue is the number of packets that may wait at a port; further ones are lost, as on
	// any congested network.
	portQueue = 512
	// freePortTries is the number of attempts to find a free port.
	freePortTries = 100
)

// The default range of ports (RFC 6335, 6).
const firstDynamicPort, lastDynamicPort = 49152, 65535

var (
	errTCPAllocation = errors.New("relay: TCP allocations are refused")
	errReservation   = errors.New("relay: ports cannot be chosen")
	errFamily        = errors.New("relay: no address of this family")
	errQuota         = errors.New("relay: too many ports for one participant")
	errFull          = errors.New("relay: no port is free")
	errEnded         = errors.New("relay: the credentials have ended")
)

// relayPorts allocates the relay's own ports. They exist only inside this process: no socket
// is opened, and a packet to a port goes to its user if both belong to the same call. Packets
// to any other address or port are dropped and none come in from outside, so that nobody can
// reach the network behind through the relay (R25). It also works behind address translation.
type relayPorts struct {
	ip          net.IP
	first, span int
	grants      *grants
	now         func() time.Time

	mu     sync.RWMutex
	open   map[int]*relayPort
	counts map[quotaKey]int // ports per participant of a call
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
		open: map[int]*relayPort{}, counts: map[quotaKey]int{},
	}, nil
}

// Validate is part of turn.RelayAddressGenerator.
func (p *relayPorts) Validate() error { return nil }

// permits is the relay's permission hook. It sees only addresses; ports are checked for each
// packet.
func (p *relayPorts) permits(_ net.Addr, peer net.IP) bool { return peer.Equal(p.ip) }

// within reports whether a user may allocate one more port. All sessions of one participant of
// one call share a quota.
func (p *relayPorts) within(user string) bool {
	its, stands := p.grants.of(user, p.now())
	p.mu.RLock()
	defer p.mu.RUnlock()
	return stands && p.counts[its.quotaKey()] < maxAllocations
}

// AllocatePacketConn allocates a port for a user until their call closes or their grant is
// ended.
func (p *relayPorts) AllocatePacketConn(conf turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	switch {
	case conf.RequestedPort != 0:
		return nil, nil, errReservation
	case (conf.Network == "udp4") != (p.ip.To4() != nil):
		return nil, nil, errFamily
	}
	port, err := p.allocate(conf.UserID)
	if err != nil {
		return nil, nil, err
	}
	return port, port.addr, nil
}

// AllocateListener always fails: calls need no TCP between relays (RFC 6062).
func (p *relayPorts) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errTCPAllocation
}

// AllocateConn always fails, as AllocateListener does.
func (p *relayPorts) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) {
	return nil, errTCPAllocation
}

// allocate opens a port; it closes by itself when the grant ends. The grant is read under the
// lock, so that none is opened after closeOf has run.
func (p *relayPorts) allocate(user string) (*relayPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	its, stands := p.grants.of(user, now)
	switch {
	case !stands:
		return nil, errEnded
	case p.counts[its.quotaKey()] >= maxAllocations:
		return nil, errQuota
	}
	for range freePortTries {
		number := p.first + rand.IntN(p.span)
		if p.open[number] != nil {
			continue
		}
		port := &relayPort{
			ports: p, addr: &net.UDPAddr{IP: p.ip, Port: number}, user: user, quotaKey: its.quotaKey(),
			arrived: make(chan packet, portQueue), closed: make(chan struct{}),
		}
		port.expires = time.AfterFunc(its.until.Sub(now), port.close)
		p.open[number] = port
		p.counts[port.quotaKey]++
		return port, nil
	}
	return nil, errFull
}

// closeOf closes a user's ports. The caller has ended the grant before, so that no others can
// be opened.
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

// users returns the users who have ports.
func (p *relayPorts) users() map[string]bool {
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
	if p.counts[port.quotaKey]--; p.counts[port.quotaKey] == 0 {
		delete(p.counts, port.quotaKey)
	}
}

// portAt returns the port at an address within a call, or nil.
func (p *relayPorts) portAt(call uuid.UUID, to net.Addr) *relayPort {
	udp, ok := to.(*net.UDPAddr)
	if !ok || !udp.IP.Equal(p.ip) {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if port := p.open[udp.Port]; port != nil && port.quotaKey.call == call {
		return port
	}
	return nil
}

// packet is a packet from another port.
type packet struct {
	data []byte
	from *net.UDPAddr
}

// relayPort is one port of the relay.
type relayPort struct {
	ports    *relayPorts
	addr     *net.UDPAddr
	user     string
	quotaKey quotaKey
	arrived  chan packet
	expires  *time.Timer
	once     sync.Once
	closed   chan struct{}
}

// WriteTo delivers the data to the port at that address. If no port of this call has it, or
// its queue is full, the data is dropped and reported as sent, as a network would do.
func (c *relayPort) WriteTo(data []byte, to net.Addr) (int, error) {
	if port := c.ports.portAt(c.quotaKey.call, to); port != nil {
		select {
		case port.arrived <- packet{append([]byte(nil), data...), c.addr}:
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

// Close releases the port.
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

// Deadlines are not supported; the relay sets none.
func (c *relayPort) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *relayPort) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *relayPort) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
