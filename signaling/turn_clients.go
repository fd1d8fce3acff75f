package signaling

import (
	"net"
	"sync"
	"time"
)

const (
	maxClients = 2000             // connections to the relay over TCP at a time
	clientIdle = 10 * time.Minute // a live client refreshes its permissions sooner (RFC 8656, 9)
	clientLate = 10 * time.Second // a write that takes longer ends the connection
)

// clientListener accepts the relay's clients over TCP, at most maxClients at a
// time, and can close them all.
type clientListener struct {
	net.Listener
	mu      sync.Mutex
	closed  bool
	clients map[*client]struct{}
}

func newClientListener(l net.Listener) *clientListener {
	return &clientListener{Listener: l, clients: map[*client]struct{}{}}
}

// Accept returns the next client; beyond maxClients it hangs up at once.
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
	if l.closed || len(l.clients) >= maxClients {
		return false
	}
	l.clients[c] = struct{}{}
	return true
}

func (l *clientListener) closeClients() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.clients {
		_ = c.Conn.Close()
	}
}

// client is one connection that ends when it falls silent or stops reading.
type client struct {
	net.Conn
	listener *clientListener
}

func (c *client) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(clientIdle))
	return c.Conn.Read(p)
}

func (c *client) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(clientLate))
	return c.Conn.Write(p)
}

func (c *client) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.clients, c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}
