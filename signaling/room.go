package signaling

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// rooms are the calls in which somebody is. One lock guards them all; nothing is
// waited for while it is held, and what it protects is put into each peer's queue
// in the same order for everybody.
type rooms struct {
	mu     sync.Mutex
	closed bool
	open   map[uuid.UUID]*room
	conns  sync.WaitGroup // connections that have not ended
}

// room is one call.
type room struct {
	here     map[string]*peer // by participant; some still wait
	admitted map[string]bool  // those whom the worker let in while the room was open
}

func newRooms() *rooms { return &rooms{open: map[uuid.UUID]*room{}} }

// begin counts one more connection, whose end is conns.Done; false once the
// rooms are closed.
func (r *rooms) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.conns.Add(1)
	}
	return !r.closed
}

// enter puts p into its call, in place of an older connection of the same
// participant. A worker, or somebody admitted before, is welcomed; others wait.
// False once the rooms are closed; else the caller ends with leave.
func (r *rooms) enter(p *peer, admitted bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	in := r.open[p.call]
	if in == nil {
		in = &room{here: map[string]*peer{}, admitted: map[string]bool{}}
		r.open[p.call] = in
	}
	if older := in.here[p.self.ID]; older != nil {
		in.remove(older)
		older.end(closeReplaced, "replaced by a newer connection")
	}
	in.here[p.self.ID] = p
	if p.self.Role == viewer.SocialWorker || admitted || in.admitted[p.self.ID] {
		in.welcome(p)
		return true
	}
	p.send(event{Type: "waiting"})
	in.tellWorker(event{Type: "knocking", Participant: &p.self})
	return true
}

// leave takes p out of its call once its connection has ended.
func (r *rooms) leave(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil || in.here[p.self.ID] != p {
		return // replaced, or has left before
	}
	in.remove(p)
	if len(in.here) == 0 {
		delete(r.open, p.call)
	}
}

// waiting reports whether the participant stands before p's call.
func (r *rooms) waiting(p *peer, id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	return in != nil && in.here[id] != nil && !in.here[id].inside
}

// admit lets the participant into p's call, if they are still there.
func (r *rooms) admit(p *peer, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil {
		return
	}
	in.admitted[id] = true
	if guest := in.here[id]; guest != nil && !guest.inside {
		in.welcome(guest)
	}
}

// inside reports whether p was welcomed.
func (r *rooms) inside(p *peer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return p.inside
}

// all are those who are in a call or wait for one.
func (r *rooms) all() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*peer
	for _, in := range r.open {
		all = slices.AppendSeq(all, maps.Values(in.here))
	}
	return all
}

// renew tells p of relay credentials that take the place of those that are about to
// expire, in the waiting room too.
func (r *rooms) renew(p *peer, ice []ICEServer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.ice = ice
	p.send(renewal{Type: "ice", ICEServers: ice})
}

// pass gives what p says to one participant, or to everybody when to is empty.
// It is dropped for those who have left or still wait, and when p was replaced.
func (r *rooms) pass(p *peer, to string, what any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil || in.here[p.self.ID] != p {
		return
	}
	for id, other := range in.here {
		if other != p && other.inside && (to == "" || to == id) {
			other.send(what)
		}
	}
}

// close ends every connection and waits for their last words.
func (r *rooms) close() {
	r.mu.Lock()
	r.closed = true
	for _, in := range r.open {
		for _, p := range in.here {
			p.end(closeGoingAway, "the server is going away")
		}
	}
	r.mu.Unlock()
	r.conns.Wait()
}

// welcome lets p in: p is told who is there, they are told of p, and a worker
// hears who waits.
func (in *room) welcome(p *peer) {
	p.inside = true
	close(p.entered)
	there := []participant{}
	for _, other := range in.others(p) {
		if other.inside {
			there = append(there, other.self)
			other.send(event{Type: "joined", Participant: &p.self})
		}
	}
	p.send(welcome{
		Type: "welcome", Self: p.self.ID, Participants: there,
		ICEServers: p.ice, Policy: relayOnly, ClosesAt: p.closesAt,
	})
	if p.self.Role != viewer.SocialWorker {
		return
	}
	for _, other := range in.others(p) {
		if !other.inside {
			p.send(event{Type: "knocking", Participant: &other.self})
		}
	}
}

// remove takes p out; those inside are told, also when p only waited.
func (in *room) remove(p *peer) {
	delete(in.here, p.self.ID)
	for _, other := range in.here {
		if other.inside {
			other.send(event{Type: "left", ID: p.self.ID})
		}
	}
}

func (in *room) others(p *peer) []*peer {
	var others []*peer
	for _, other := range in.here {
		if other != p {
			others = append(others, other)
		}
	}
	return others
}

func (in *room) tellWorker(what any) {
	for _, p := range in.here {
		if p.self.Role == viewer.SocialWorker {
			p.send(what)
		}
	}
}

// Why the server closes a connection (RFC 6455, 7.4, and the platform's own).
const (
	closeLeft      = 1000
	closePolicy    = 1008
	closeTooBig    = 1009
	closeInternal  = 1011
	closeGoingAway = 1012
	closeSignedOut = 4401
	closeDoors     = 4403
	closeReplaced  = 4409

	// closeSlow is not sent: whoever does not read would not read it either.
	closeSlow = 0
)

// queueLength is how many messages may wait for a peer; one more and the peer is
// too slow to stay. What the other side may say in a burst fits in more than
// twice, so that a server that is short of breath for a second loses nobody.
const queueLength = 128

// peer is one connection of one participant.
type peer struct {
	holder
	self     participant
	closesAt time.Time

	ice     []ICEServer // guarded by the rooms' lock
	expires time.Time   // when they do; the rounds'
	warned  bool        // that the doors are about to close; the rounds'

	inside  bool          // whether it was welcomed; guarded by the rooms' lock
	entered chan struct{} // closed with the welcome

	out   chan []byte   // to the writer
	gone  chan struct{} // closed when the connection is to end
	once  sync.Once
	close closing // readable once gone is closed
}

// closing is the last word to a peer; code 0 says nothing.
type closing struct {
	code   int
	reason string
}

func newPeer(h holder, self participant, closesAt time.Time) *peer {
	return &peer{
		holder: h, self: self, closesAt: closesAt,
		entered: make(chan struct{}), out: make(chan []byte, queueLength), gone: make(chan struct{}),
	}
}

// send queues a message; a peer whose queue is full is ended, never waited for.
func (p *peer) send(what any) {
	data, err := encoded(what)
	if err != nil {
		slog.Error("call message", "cause", err)
		p.end(closeInternal, "")
		return
	}
	select {
	case p.out <- data:
	default:
		p.end(closeSlow, "")
	}
}

// end asks for the connection's end; the first reason stands.
func (p *peer) end(code int, reason string) {
	p.once.Do(func() {
		p.close = closing{code, reason}
		close(p.gone)
	})
}
