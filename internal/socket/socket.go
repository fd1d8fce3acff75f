// Package socket is what all WebSockets of the platform have in common: who may
// open one, how fast it is read, how its messages wait, its pings, and its end.
//
// A connection that rests has one goroutine, its reader, and no buffer to write
// with: a writer is there for as long as there is something to write.
package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const (
	pingEvery   = 20 * time.Second
	deadAfter   = 45 * time.Second // without a pong
	writeWithin = 10 * time.Second
	lingerFor   = 2 * time.Second // for the last word to arrive

	// QueueLength is how many messages may wait for a connection; one more and it
	// is too slow to stay.
	QueueLength = 128
	// writeBuffer is how many bytes the system keeps for somebody who does not read:
	// by itself it would keep megabytes.
	writeBuffer = 64 << 10
	// drainAtMost is how much is read from somebody who is being sent away.
	drainAtMost = 4 << 20
	// maxReason is how long a close reason may be, in bytes (RFC 6455, 5.5).
	maxReason = 123
)

// Why the server closes a connection (RFC 6455, 7.4, and the platform's own).
const (
	Left      = 1000
	Policy    = 1008
	TooBig    = 1009
	Internal  = 1011
	GoingAway = 1012
	SignedOut = 4401
	Replaced  = 4409

	// Silent is not sent: whoever does not read, or is gone, would not read it.
	Silent = 0
)

// Limits bound what one connection may say. Whoever says more waits: it is read
// later, and nobody else is.
type Limits struct {
	Frame    int // bytes
	Messages int // a second, and at once
	Bytes    int // a second, and at once, of whatever kind of frame
}

// Conn is one connection. All of its methods may be called by anybody at any time,
// but Read.
type Conn struct {
	ws     *websocket.Conn
	raw    net.Conn // beneath the pace
	limits Limits
	gone   chan struct{}
	pinged time.Time // the hub's

	mu      sync.Mutex
	queue   [][]byte
	ping    bool // one is to be written
	writing bool // a writer is at work
	ended   bool
	code    int
	reason  string
}

// Gone is closed once the connection is to end.
func (c *Conn) Gone() <-chan struct{} { return c.gone }

// Say queues a message, as JSON; a connection whose queue is full is ended, never
// waited for.
func (c *Conn) Send(what any) {
	data, err := Encoded(what)
	if err != nil {
		slog.Error("socket message", "cause", err)
		c.End(Internal, "")
		return
	}
	c.mu.Lock()
	full := len(c.queue) == QueueLength
	if !full && !c.ended {
		c.queue = append(c.queue, data)
		c.wake()
	}
	c.mu.Unlock()
	if full {
		c.End(Silent, "")
	}
}

// Encoded is a message as it is sent: JSON in which "<" is one byte, not six.
func Encoded(what any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(what)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// End asks for the connection's end, after what is queued; the first reason stands.
func (c *Conn) End(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended, c.code, c.reason = true, code, reason
	close(c.gone)
	if code == Silent {
		_ = c.ws.Close()
		return
	}
	time.AfterFunc(lingerFor, func() { _ = c.ws.Close() })
	c.wake()
}

// Ended is why the connection is to end, if it is.
func (c *Conn) Ended() (code int, reason string, ended bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code, c.reason, c.ended
}

func (c *Conn) sendPing() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ping = true
	c.wake()
}

// wake has a writer at work. The lock is held.
func (c *Conn) wake() {
	if !c.writing {
		c.writing = true
		go c.writeAll()
	}
}

// frame is one thing to write.
type frame struct {
	kind int
	data []byte
}

// next is what is to be written now; false when the writer may go.
func (c *Conn) next() (frame, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.queue) > 0:
		data := c.queue[0]
		c.queue = c.queue[1:]
		return frame{websocket.TextMessage, data}, true
	case c.ended && c.code != Silent:
		return frame{websocket.CloseMessage, websocket.FormatCloseMessage(c.code, bounded(c.reason))}, true
	case c.ended:
		return frame{}, false
	case c.ping:
		c.ping = false
		return frame{websocket.PingMessage, nil}, true
	}
	c.queue, c.writing = nil, false
	return frame{}, false
}

// writeAll writes what waits. After the last word it says that nothing follows.
func (c *Conn) writeAll() {
	for {
		f, more := c.next()
		if !more {
			return
		}
		_ = c.ws.SetWriteDeadline(time.Now().Add(writeWithin))
		switch err := c.ws.WriteMessage(f.kind, f.data); {
		case f.kind == websocket.CloseMessage:
			if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			return
		case err != nil:
			c.End(Silent, "")
			_ = c.ws.Close() // also where another end was under way
			return
		}
	}
}

// Read hands every text message to handle, one after the other, until the
// connection ends, which it then is for good. It is called once.
func (c *Conn) Read(handle func(data []byte)) {
	defer c.ws.Close()
	c.ws.SetReadLimit(int64(c.limits.Frame))
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(deadAfter)) }
	c.ws.SetPongHandler(alive)
	_ = alive("")
	pace := rate.NewLimiter(rate.Limit(c.limits.Messages), c.limits.Messages)
	for c.readOne(pace, handle) {
	}
	if code, _, _ := c.Ended(); code != Silent {
		// Closing with unread data would reset the connection before the last word
		// is read.
		_, _ = io.CopyN(io.Discard, c.raw, drainAtMost)
	}
}

// readOne reports whether another message may follow.
func (c *Conn) readOne(pace *rate.Limiter, handle func(data []byte)) bool {
	kind, data, err := c.ws.ReadMessage()
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		c.End(TooBig, fmt.Sprintf("a frame holds %d bytes at most", c.limits.Frame))
		return false
	case err != nil:
		c.End(Silent, "")
		return false
	case kind != websocket.TextMessage:
		c.End(Policy, "only text frames are understood")
		return false
	}
	if wait := pace.Reserve().Delay(); wait > 0 {
		select {
		case <-time.After(wait):
		case <-c.gone:
			return false
		}
	}
	select {
	case <-c.gone: // what comes after the end is not heard
		return false
	default:
	}
	handle(data)
	return true
}

// bounded cuts a reason at a whole character.
func bounded(reason string) string {
	for len(reason) > maxReason {
		_, size := utf8.DecodeLastRuneInString(reason)
		reason = reason[:len(reason)-size]
	}
	return reason
}
