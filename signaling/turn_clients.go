package signaling

import (
	"crypto/tls"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxClients = 2000             // concurrent TCP connections to the relay
	maxEach    = 50               // of these, from one address
	clientNew  = 10 * time.Second // time to show valid credentials
	clientIdle = 10 * time.Minute // a live client refreshes its permissions sooner (RFC 8656, 9)
	clientLate = 10 * time.Second // a write that takes longer ends the connection
)

// clientListener accepts TCP clients of the relay, with TLS or without, at most maxClients at a
// time and maxEach from one address, and can close them all. A proxy has as many as all may
// have: it limits those of one address itself.
type clientListener struct {
	net.Listener
	secure   *tls.Config    // nil: without TLS only
	proxies  []netip.Prefix // connect for many clients
	mu       sync.Mutex
	closed   bool
	patience time.Duration // clientNew
	clients  map[string]*client
	from     map[netip.Prefix]int // number of clients of each address
}

func newClientListener(l net.Listener, secure *tls.Config, proxies []netip.Prefix) *clientListener {
	return &clientListener{Listener: l, secure: secure, proxies: proxies, patience: clientNew, clients: map[string]*client{}, from: map[netip.Prefix]int{}}
}

// Accept returns the next client. It closes clients beyond the limits at once.
func (l *clientListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &client{Conn: conn, listener: l}
		if l.add(c) {
			return c, nil
		}
		_ = conn.Close()
	}
}

func (l *clientListener) add(c *client) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := placeOf(c.RemoteAddr())
	if l.closed || len(l.clients) >= maxClients || l.from[place] >= maxEach && !l.proxied(place) {
		return false
	}
	l.clients[c.RemoteAddr().String()] = c
	l.from[place]++
	_ = c.SetReadDeadline(time.Now().Add(l.patience))
	return true
}

func (l *clientListener) proxied(place netip.Prefix) bool {
	return slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(place.Addr()) })
}

func (l *clientListener) remove(c *client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.removed {
		return
	}
	c.removed = true
	if address := c.RemoteAddr().String(); l.clients[address] == c {
		delete(l.clients, address)
	}
	place := placeOf(c.RemoteAddr())
	if l.from[place]--; l.from[place] == 0 {
		delete(l.from, place)
	}
}

// prove records that the client at the address has shown valid credentials: from then on only
// idleness ends it. Addresses of another network type are ignored.
func (l *clientListener) prove(at net.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.clients[at.String()]; c != nil && at.Network() == "tcp" {
		c.proven.Store(true)
	}
}

// placeOf returns the prefix of one host: an IPv4 address, or the IPv6 network that a
// subscriber gets (RFC 6177).
func placeOf(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	address, bits := tcp.AddrPort().Addr().Unmap().WithZone(""), 32
	if address.Is6() {
		bits = 64
	}
	place, _ := address.Prefix(bits) // an address has as many
	return place
}

func (l *clientListener) closeClients() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range l.clients {
		_ = c.Conn.Close()
	}
}

// client is one connection. It ends if it shows no credentials, is idle, or stops reading.
type client struct {
	net.Conn
	stream   net.Conn // what it says, out of TLS if it began so; nil before the first byte
	listener *clientListener
	proven   atomic.Bool
	removed  bool // guarded by the listener's lock
}

func (c *client) Read(p []byte) (int, error) {
	if c.proven.Load() { // otherwise the first deadline applies
		_ = c.SetReadDeadline(time.Now().Add(clientIdle))
	}
	if c.stream == nil {
		stream, err := begin(c.Conn, c.listener.secure)
		if err != nil {
			return 0, err
		}
		c.stream = stream
	}
	return c.stream.Read(p)
}

// Write answers: it is called only after something was read.
func (c *client) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(clientLate))
	return c.stream.Write(p)
}

func (c *client) Close() error {
	c.listener.remove(c)
	return c.Conn.Close()
}
