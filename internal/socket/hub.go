package socket

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"socialdirect/internal/fault"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

var errOrigin = fault.New(fault.Forbidden, "Cette demande ne vient pas de nos pages.")

// SameOrigin refuses requests without exactly one Origin header that is exactly the
// platform's. Browsers write an origin in only one way.
func SameOrigin(r *http.Request, origin string) error {
	if said := r.Header.Values("Origin"); len(said) != 1 || said[0] != origin {
		return errOrigin
	}
	return nil
}

// upgrader does not check origins: Serve has done so before. All connections share its write
// buffers.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 1024, WriteBufferSize: 4096, WriteBufferPool: &sync.Pool{}, HandshakeTimeout: writeWithin,
	CheckOrigin: func(*http.Request) bool { return true },
}

// Hub contains the connections of one kind.
type Hub struct {
	limits Limits
	pings  Rounds

	mu     sync.Mutex
	closed bool
	open   map[*Conn]struct{}
	ended  sync.WaitGroup
}

// NewHub returns an empty hub. Close ends it.
func NewHub(limits Limits) *Hub {
	h := &Hub{limits: limits, open: map[*Conn]struct{}{}}
	h.pings = NewRounds(time.Second, h.ping)
	return h
}

// Serve upgrades a request from origin to a connection and calls run in another goroutine; run
// must call Read, and the connection ends with it. It returns false if there is no connection:
// then it returns the error, or has sent the response.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, origin string, run func(*Conn)) (bool, error) {
	if err := SameOrigin(r, origin); err != nil {
		return false, err
	}
	if !h.begin() {
		return false, fault.Wrap(fault.Unavailable, errors.New("sockets are closed"))
	}
	paced := &pacing{ResponseWriter: w, limits: h.limits}
	ws, err := upgrader.Upgrade(paced, r, nil)
	if err != nil {
		h.ended.Done()
		return false, nil // the upgrader has answered
	}
	c := &Conn{ws: ws, raw: paced.raw, limits: h.limits, gone: make(chan struct{}), pinged: time.Now()}
	h.add(c)
	go h.hold(c, run)
	return true, nil
}

// hold runs apart from the request's goroutine, so that the request's memory is freed.
func (h *Hub) hold(c *Conn, run func(*Conn)) {
	defer h.ended.Done()
	defer h.remove(c)
	run(c)
}

func (h *Hub) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.ended.Add(1)
		h.pings.Begin()
	}
	return !h.closed
}

func (h *Hub) add(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[c] = struct{}{}
	if h.closed {
		c.End(GoingAway, goingAway)
	}
}

func (h *Hub) remove(c *Conn) {
	c.End(Silent, "")
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
}

const goingAway = "the server is going away"

// Close ends every connection, refuses new ones, and returns once all have ended.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	for c := range h.open {
		c.End(GoingAway, goingAway)
	}
	h.mu.Unlock()
	h.ended.Wait()
	h.pings.Stop()
}

// ping pings the connections whose turn it is.
func (h *Hub) ping(context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for c := range h.open {
		if now.Sub(c.pinged) >= pingEvery {
			c.pinged = now
			c.sendPing()
		}
	}
}

// pacing is a response writer whose hijacked connection is read no faster than the limits
// allow.
type pacing struct {
	http.ResponseWriter
	limits Limits
	raw    net.Conn
}

// Hijack is part of http.Hijacker.
func (p *pacing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(p.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	p.raw = conn
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(writeBuffer)
	}
	return &pacedConn{conn, rate.NewLimiter(rate.Limit(p.limits.Bytes), p.limits.Bytes)}, buffered, nil
}

type pacedConn struct {
	net.Conn
	pace *rate.Limiter
}

// Read reads no faster than the pace.
func (c *pacedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p[:min(len(p), c.pace.Burst())])
	time.Sleep(c.pace.ReserveN(time.Now(), n).Delay())
	return n, err
}
