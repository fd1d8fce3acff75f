// Package socket is the common part of all WebSockets of the platform: their origin, rate
// limits, queues, pings and end.
//
// An idle connection has one goroutine, its reader, and no write buffer: a writer runs only
// while there is something to write.
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
	lingerFor   = 2 * time.Second // for the last message to arrive

	// QueueLength is the number of messages that may wait for a connection; with one more, it is
	// ended as too slow.
	QueueLength = 128
	// writeBuffer is the system's buffer for a connection that does not read, in bytes; the
	// default would be megabytes.
	writeBuffer = 64 << 10
	// drainAtMost is the number of bytes that are read from a connection being closed.
	drainAtMost = 4 << 20
	// maxReason is the maximum length of a close reason in bytes (RFC 6455, 5.5).
	maxReason = 123
)

// Codes with which the server closes a connection (RFC 6455, 7.4, and the platform's own).
const (
	Left      = 1000
	Policy    = 1008
	TooBig    = 1009
	Internal  = 1011
	GoingAway = 1012
	SignedOut = 4401
	Replaced  = 4409

	// Silent is not sent: the other side is gone, or does not read.
	Silent = 0
)

// Limits bound what one connection may send. A connection that sends more is read later;
// others are not affected.
type Limits struct {
	Frame    int // bytes
	Messages int // per second, and in a burst
	Bytes    int // per second, and in a burst, of all kinds of frames
}

// Conn is one connection. All methods except Read may be called concurrently.
type Conn struct {
	ws     *websocket.Conn
	raw    net.Conn // without the pace
	limits Limits
	gone   chan struct{}
	pinged time.Time // used by the hub only

	mu      sync.Mutex
	queue   [][]byte
	ping    bool // a ping is to be written
	writing bool // a writer is running
	ended   bool
	code    int
	reason  string
}

// Gone is closed when the connection is to end.
func (c *Conn) Gone() <-chan struct{} { return c.gone }

// Send queues a message, as JSON. It never blocks: a connection whose queue is full is ended.
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

// Encoded returns a message as it is sent: JSON in which "<" is not escaped.
func Encoded(what any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(what)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// End ends the connection after the queued messages. Of several calls, the first counts.
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

// Ended returns why the connection is to end, if it is.
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

// wake starts a writer unless one runs. The caller has locked c.
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

// next returns what is to be written now, and false if there is nothing.
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

// writeAll writes what is queued. After the last message it closes the sending side.
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
			_ = c.ws.Close() // also if it was being ended otherwise
			return
		}
	}
}

// Read calls handle with every text message, one after the other, until the connection ends.
// It must be called once.
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

// readOne reads one message, and reports whether another one may follow.
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
	case <-c.gone: // messages after the end are ignored
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
