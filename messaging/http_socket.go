package messaging

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"socialdirect/internal/socket"
	"socialdirect/web"
)

const (
	recheck   = 3 * time.Second // interval between checks of the sessions
	askWithin = 4 * time.Second // timeout of one check

	// maxSockets bounds the sockets of one session; beyond it the oldest is closed. Nobody reads
	// more pages at once.
	maxSockets = 10
)

// limits of messages from the page; it has nothing to send.
var limits = socket.Limits{Frame: 512, Messages: 1, Bytes: 4 << 10}

// Socket answers GET /messages/ws: it notifies an open page of conversations with new
// messages, and sends nothing else. It ends with the session.
func (h *HTTP) Socket(w http.ResponseWriter, r *web.Request) error {
	if err := socket.SameOrigin(r.Request, h.origin); err != nil {
		return err
	}
	v := r.Viewer
	events, cancel := h.messages.bus.Subscribe(topic(v.ID)) // before the page shows its content, so that none is missed
	p := &page{HTTP: h, session: string(v.Session), number: h.sockets.count(), events: events, cancel: cancel}
	opened, err := h.hub.Serve(w, r.Request, h.origin, p.serve)
	if !opened {
		cancel()
	}
	return err
}

// Close closes every socket and waits for their handlers; pages reconnect by themselves.
func (h *HTTP) Close() {
	h.hub.Close()
	h.rounds.Stop()
}

// page is the socket of one open page.
type page struct {
	*HTTP
	session string
	number  uint64 // increases with each page
	events  <-chan string
	cancel  func()
	conn    *socket.Conn
}

// serve runs until the page's connection ends.
func (p *page) serve(conn *socket.Conn) {
	p.conn = conn
	p.sockets.enter(p)
	defer p.sockets.leave(p)
	p.rounds.Begin()
	var forwarding sync.WaitGroup
	forwarding.Go(p.forward)
	conn.Read(func([]byte) { conn.End(socket.Policy, "this socket only tells") })
	forwarding.Wait()
	p.cancel()
}

// forward forwards events as long as the session is valid.
func (p *page) forward() {
	for {
		select {
		case <-p.conn.Gone():
			return
		case text := <-p.events:
			p.notifyOne(text)
		}
	}
}

// notifyOne forwards one event after checking the session: a signed-out page receives nothing.
func (p *page) notifyOne(text string) {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	switch alive, err := p.accounts.Sessions.SessionAlive(ctx, []byte(p.session)); {
	case err != nil:
		p.conn.End(socket.Internal, "")
	case !alive:
		p.conn.End(socket.SignedOut, "signed out")
	default:
		p.conn.Send(json.RawMessage(text))
	}
}

// round closes the sockets whose session has ended; one query checks them all. If the database
// does not answer, all stay open: notifyOne checks before each event.
func (h *HTTP) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	sessions := h.sockets.sessions()
	alive, err := h.accounts.Sessions.SessionsAlive(ctx, sessions)
	if err != nil {
		slog.Warn("open pages could not be checked", "cause", err)
		return
	}
	for _, session := range sessions {
		if !alive[string(session)] {
			h.sockets.end(session)
		}
	}
}

// sockets are the open pages by session.
type sockets struct {
	mu     sync.Mutex
	number uint64
	open   map[string][]*page // oldest first
}

func newSockets() *sockets { return &sockets{open: map[string][]*page{}} }

// count returns the number of the next page.
func (s *sockets) count() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	return s.number
}

// enter adds a page of the session. Beyond the limit the oldest is closed.
func (s *sockets) enter(p *page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	theirs := append(s.open[p.session], p)
	slices.SortFunc(theirs, func(a, b *page) int { return cmp.Compare(a.number, b.number) })
	if len(theirs) > maxSockets {
		theirs[0].conn.End(socket.Replaced, "replaced")
		theirs = theirs[1:]
	}
	s.open[p.session] = theirs
}

func (s *sockets) leave(p *page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	theirs := slices.DeleteFunc(s.open[p.session], func(other *page) bool { return other == p })
	if s.open[p.session] = theirs; len(theirs) == 0 {
		delete(s.open, p.session)
	}
}

func (s *sockets) sessions() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	sessions := make([][]byte, 0, len(s.open))
	for session := range s.open {
		sessions = append(sessions, []byte(session))
	}
	return sessions
}

// end closes all pages of a session.
func (s *sockets) end(session []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.open[string(session)] {
		p.conn.End(socket.SignedOut, "signed out")
	}
}
