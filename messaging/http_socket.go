package messaging

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"socialdirect/account"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/gorilla/websocket"
)

const (
	pingEvery   = 20 * time.Second
	recheck     = 3 * time.Second  // how often a socket asks whether its session still stands
	deadAfter   = 45 * time.Second // without a pong
	writeWithin = 10 * time.Second
	maxFrame    = 512 // bytes; pages have nothing to say here
)

// Why the server closes a socket (RFC 6455, 7.4; 4401 and 4409 as for calls).
const (
	closeSignedOut = 4401
	closeReplaced  = 4409
)

// maxSockets is how many one session may have open: more pages than anybody
// reads. The oldest one makes room.
const maxSockets = 10

var errOrigin = fault.New(fault.Forbidden, "Cette demande ne vient pas de nos pages.")

// upgrader is told nothing about origins: Socket has checked before.
var upgrader = websocket.Upgrader{
	ReadBufferSize: maxFrame, WriteBufferSize: 1024,
	CheckOrigin: func(*http.Request) bool { return true },
}

// Socket answers GET /messages/ws: it tells an open page which conversation has
// something new, and nothing else. It ends with the session.
func (h *HTTP) Socket(w http.ResponseWriter, r *http.Request) error {
	if !sameOrigin(r) {
		return errOrigin
	}
	v := viewer.From(r.Context())
	replaced, ok := h.sockets.enter(v.Session)
	if !ok {
		return fault.Wrap(fault.Unavailable, errors.New("going away"))
	}
	defer h.sockets.leave(v.Session, replaced)
	events, cancel := h.messages.bus.Subscribe(topic(v.ID))
	defer cancel()
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer conn.Close()
	s := socket{conn: conn, viewer: v, accounts: h.accounts, gone: make(chan struct{})}
	go s.read()
	s.write(events, replaced, h.sockets.closing, h.pingEvery, h.recheck)
	return nil
}

// Close ends every socket and waits for them; pages come back by themselves.
func (h *HTTP) Close() { h.sockets.close() }

// sockets counts the open ones and tells them when to end.
type sockets struct {
	mu        sync.Mutex
	closed    bool
	closing   chan struct{}
	open      sync.WaitGroup
	bySession map[string][]chan struct{} // oldest first
}

func newSockets() *sockets {
	return &sockets{closing: make(chan struct{}), bySession: map[string][]chan struct{}{}}
}

// enter counts one more of the session's, until leave, and returns what is closed
// once newer ones take its place. It is false once close was called.
func (s *sockets) enter(session []byte) (replaced chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false
	}
	s.open.Add(1)
	replaced, theirs := make(chan struct{}), s.bySession[string(session)]
	if len(theirs) == maxSockets {
		close(theirs[0])
		theirs = theirs[1:]
	}
	s.bySession[string(session)] = append(theirs, replaced)
	return replaced, true
}

func (s *sockets) leave(session []byte, replaced chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	theirs := slices.DeleteFunc(s.bySession[string(session)], func(c chan struct{}) bool { return c == replaced })
	if s.bySession[string(session)] = theirs; len(theirs) == 0 {
		delete(s.bySession, string(session))
	}
	s.open.Done()
}

func (s *sockets) close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	s.open.Wait()
}

// sameOrigin reports whether the page that dials is ours; one that does not say
// is not.
func sameOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && origin.Host != "" && origin.Host == r.Host
}

// socket is one open page. Its reader only hears pongs and the end; its writer
// owns the connection.
type socket struct {
	conn     *websocket.Conn
	viewer   *viewer.Viewer
	accounts *account.Service
	gone     chan struct{} // closed by the reader
	reason   []byte        // the close message to send, readable once gone is closed
}

// read ends at the first thing that is no pong: pages have nothing to say.
func (s *socket) read() {
	defer close(s.gone)
	s.conn.SetReadLimit(maxFrame)
	alive := func(string) error { return s.conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	s.conn.SetPongHandler(alive)
	_ = alive("")
	if _, _, err := s.conn.NextReader(); err == nil {
		s.reason = websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "this socket only tells")
	}
}

func (s *socket) write(events <-chan string, replaced, closing <-chan struct{}, every, again time.Duration) {
	ping := time.NewTicker(every)
	defer ping.Stop()
	recheck := time.NewTicker(again)
	defer recheck.Stop()
	for {
		select {
		case <-s.gone:
			s.end(s.reason)
			return
		case <-replaced:
			s.end(websocket.FormatCloseMessage(closeReplaced, "replaced"))
			return
		case <-closing:
			s.end(websocket.FormatCloseMessage(websocket.CloseServiceRestart, ""))
			return
		case text := <-events:
			if !s.tell(websocket.TextMessage, []byte(text)) {
				return
			}
		case <-ping.C:
			if !s.tell(websocket.PingMessage, nil) {
				return
			}
		case <-recheck.C:
			if s.ended() {
				s.end(websocket.FormatCloseMessage(closeSignedOut, "signed out"))
				return
			}
		}
	}
}

// tell writes one message if the session still stands, and reports whether the
// socket lives on.
func (s *socket) tell(kind int, data []byte) bool {
	ctx, cancel := context.WithTimeout(context.Background(), writeWithin)
	defer cancel()
	alive, err := s.accounts.SessionAlive(ctx, s.viewer.Session)
	switch {
	case err != nil:
		s.end(websocket.FormatCloseMessage(websocket.CloseInternalServerErr, ""))
		return false
	case !alive:
		s.end(websocket.FormatCloseMessage(closeSignedOut, "signed out"))
		return false
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	return s.conn.WriteMessage(kind, data) == nil
}

// ended reports whether the session stands no more. A database that does not
// answer ends no socket: nothing is told meanwhile.
func (s *socket) ended() bool {
	ctx, cancel := context.WithTimeout(context.Background(), writeWithin)
	defer cancel()
	alive, err := s.accounts.SessionAlive(ctx, s.viewer.Session)
	return err == nil && !alive
}

// end sends the last word, if there is one, to somebody who may be gone.
func (s *socket) end(reason []byte) {
	if reason != nil {
		_ = s.conn.WriteControl(websocket.CloseMessage, reason, time.Now().Add(writeWithin))
	}
}
