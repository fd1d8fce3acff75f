package signaling

import (
	"maps"
	"slices"
	"sync"
	"time"

	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// rooms are the calls in which somebody is. One lock guards them all; nothing is
// waited for while it is held, and what it protects is put into each peer's queue
// in the same order for everybody.
type rooms struct {
	mu   sync.Mutex
	open map[uuid.UUID]*room
}

// room is one call.
type room struct {
	here     map[string]*peer // by participant; some still wait
	admitted map[string]bool  // those whom the worker let in while the room was open
}

func newRooms() *rooms { return &rooms{open: map[uuid.UUID]*room{}} }

// enter puts p into its call, in place of an older connection of the same
// participant. A worker, or somebody admitted before, is welcomed; others wait.
// The caller ends with leave.
func (r *rooms) enter(p *peer, admitted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil {
		in = &room{here: map[string]*peer{}}
		r.open[p.call] = in
	}
	if older := in.here[p.self.ID]; older != nil {
		in.remove(older)
		older.End(socket.Replaced, "replaced by a newer connection")
	}
	in.here[p.self.ID] = p
	if p.self.Role == viewer.SocialWorker || admitted || in.admitted[p.self.ID] {
		in.welcome(p)
		return
	}
	p.Say(event{Type: "waiting"})
	in.notifyWorker(event{Type: "knocking", Participant: &p.self})
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
	if in.admitted == nil {
		in.admitted = map[string]bool{}
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
	p.Say(renewal{Type: "ice", ICEServers: ice})
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
			other.Say(what)
		}
	}
}

// welcome lets p in: p is told who is there, they are told of p, and a worker
// hears who waits.
func (in *room) welcome(p *peer) {
	p.inside = true
	p.welcomed()
	there := []participant{}
	for _, other := range in.others(p) {
		if other.inside {
			there = append(there, other.self)
			other.Say(event{Type: "joined", Participant: &p.self})
		}
	}
	p.Say(welcome{
		Type: "welcome", Self: p.self.ID, Participants: there,
		ICEServers: p.ice, Policy: relayOnly, ClosesAt: p.closesAt,
	})
	if p.self.Role != viewer.SocialWorker {
		return
	}
	for _, other := range in.others(p) {
		if !other.inside {
			p.Say(event{Type: "knocking", Participant: &other.self})
		}
	}
}

// remove takes p out; those inside are told, also when p only waited.
func (in *room) remove(p *peer) {
	delete(in.here, p.self.ID)
	for _, other := range in.here {
		if other.inside {
			other.Say(event{Type: "left", ID: p.self.ID})
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

func (in *room) notifyWorker(what any) {
	for _, p := range in.here {
		if p.self.Role == viewer.SocialWorker {
			p.Say(what)
		}
	}
}

// closeDoors is why somebody is sent out whose call is closed, beside what all
// sockets end for.
const closeDoors = 4403

// line is how a peer is spoken to, which waits for nobody.
type line interface {
	Say(what any)
	End(code int, reason string)
}

// peer is one connection of one participant.
type peer struct {
	holder
	line
	self     participant
	closesAt time.Time
	welcomed func() // called with the welcome

	ice     []ICEServer // guarded by the rooms' lock
	expires time.Time   // when they do; the rounds'
	warned  bool        // that the doors are about to close; the rounds'
	inside  bool        // whether it was welcomed; guarded by the rooms' lock
}
