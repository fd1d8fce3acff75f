package signaling

import (
	"maps"
	"slices"
	"sync"
	"time"

	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// rooms are the calls with participants. One lock guards them all. Nothing blocks while it
// is locked; what is sent is put into each peer's queue, in the same order for everybody.
type rooms struct {
	now  func() time.Time
	mu   sync.Mutex
	open map[uuid.UUID]*room
}

// room is one call.
type room struct {
	here     map[string]*peer // by participant; some still wait
	admitted map[string]bool  // participants whom the worker has admitted while the room exists
}

func newRooms(now func() time.Time) *rooms { return &rooms{now: now, open: map[uuid.UUID]*room{}} }

// enter adds p to its call and replaces an older connection of the same participant. A
// worker, or somebody admitted before, is welcomed; others wait. The caller ends with
// leave.
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
	if p.self.Role == worker || admitted || in.admitted[p.self.ID] {
		in.welcome(p, r.now())
		return
	}
	p.since = r.now()
	if in.here[workerID] != nil {
		p.told(p.since)
	}
	p.wait()
	in.announce(p)
}

// awaiting reports whether p waits for a worker who does not know yet, and since when.
func (r *rooms) awaiting(p *peer) (since time.Time, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	return p.since, in != nil && in.here[p.self.ID] == p && !p.inside && p.toldAt.IsZero()
}

// told notes since when the worker knows of p's waiting.
func (r *rooms) told(p *peer, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.told(at)
}

// momentAfter is how long somebody waits on before they are told that the worker knows: most are
// let in at once.
const momentAfter = 5 * time.Second

// sayTold tells p that the worker knows, once p has waited on for a moment.
func (r *rooms) sayTold(p *peer, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in != nil && in.here[p.self.ID] == p && !p.inside && !p.toldAt.IsZero() && !p.saidTold && !now.Before(p.toldAt.Add(momentAfter)) {
		p.wait()
	}
}

// keepUntil notes when p's call closes.
func (r *rooms) keepUntil(p *peer, closesAt time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.closesAt = closesAt
}

// leave removes p from its call after its connection has ended.
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

// admit admits the participant to p's call, if they are still waiting.
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
		in.welcome(guest, r.now())
	}
}

// consent notes whether the beneficiary consents to a guest, and reports it to those whom it
// concerns while the guest waits.
func (r *rooms) consent(p *peer, id string, granted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil || in.here[id] == nil {
		return
	}
	guest := in.here[id]
	guest.self.Consented = granted
	if !guest.inside {
		in.announce(guest)
	}
}

// expel ends the connection of a participant of p's call, who may not come back by themselves.
func (r *rooms) expel(p *peer, id, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil {
		return
	}
	delete(in.admitted, id)
	if other := in.here[id]; other != nil {
		in.remove(other)
		other.End(callClosed, reason)
	}
}

// find returns who is or waits in p's call under this identifier.
func (r *rooms) find(p *peer, id string) (who holder, waiting, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil || in.here[id] == nil {
		return holder{}, false, false
	}
	other := in.here[id]
	return other.holder, !other.inside, true
}

// inside reports whether p was welcomed.
func (r *rooms) inside(p *peer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return p.inside
}

// all returns all peers, inside or waiting.
func (r *rooms) all() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*peer
	for _, in := range r.open {
		all = slices.AppendSeq(all, maps.Values(in.here))
	}
	return all
}

// renew sends p new relay credentials, also while waiting.
func (r *rooms) renew(p *peer, ice []ICEServer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.ice = ice
	p.Send(renewal{Type: "ice", ICEServers: ice})
}

// pass forwards a message of p to one participant, or to everybody if to is empty. It is
// dropped for those who have left or still wait, and if p was replaced.
func (r *rooms) pass(p *peer, to string, what any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.open[p.call]
	if in == nil || in.here[p.self.ID] != p {
		return
	}
	for id, other := range in.here {
		if other != p && other.inside && (to == "" || to == id) {
			other.Send(what)
		}
	}
}

// welcome admits p at now: p receives the list of participants, they are notified of p, and a
// worker is notified of those who wait.
func (in *room) welcome(p *peer, now time.Time) {
	p.inside = true
	p.self.Consented = false // said of those who wait alone
	p.welcomed()
	there := []participant{}
	for _, other := range in.others(p) {
		if other.inside {
			there = append(there, other.self)
			other.Send(event{Type: "joined", Participant: &p.self})
		}
	}
	p.Send(welcome{
		Type: "welcome", Self: p.self.ID, Participants: there,
		ICEServers: p.ice, Policy: relayOnly, ClosesAt: p.closesAt,
	})
	for _, other := range in.others(p) {
		if !other.inside && p.hears(other) {
			p.Send(event{Type: "knocking", Participant: &other.self})
			if p.self.Role == worker {
				other.told(now)
			}
		}
	}
}

// told notes since when the worker knows that p waits.
func (p *peer) told(at time.Time) {
	if p.toldAt.IsZero() {
		p.toldAt = at
	}
}

// wait tells p that they wait, and since when the worker knows.
func (p *peer) wait() {
	m := waiting{Type: "waiting"}
	if !p.toldAt.IsZero() {
		at := p.toldAt
		m.ToldAt, p.saidTold = &at, true
	}
	p.Send(m)
}

// announce notifies those whom it concerns that p waits.
func (in *room) announce(p *peer) {
	for _, other := range in.others(p) {
		if other.hears(p) {
			other.Send(event{Type: "knocking", Participant: &p.self})
		}
	}
}

// hears reports whether p is notified of somebody who waits: the worker of everybody, whom they
// admit, and the beneficiary of a guest, to whom they consent.
func (p *peer) hears(waiting *peer) bool {
	return p.self.Role == worker || p.inside && p.self.Role == beneficiary && waiting.guest != uuid.Nil
}

// remove removes p; those inside are notified, even if p only waited.
func (in *room) remove(p *peer) {
	delete(in.here, p.self.ID)
	for _, other := range in.here {
		if other.inside {
			other.Send(event{Type: "left", ID: p.self.ID})
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

// callClosed is the close code for a call that is not open, beside the codes of all sockets.
const callClosed = 4403

// connection sends messages to a peer without blocking.
type connection interface {
	Send(what any)
	End(code int, reason string)
}

// peer is one connection of one participant.
type peer struct {
	holder
	connection
	self     participant
	closesAt time.Time
	welcomed func() // called with the welcome

	startsAt time.Time // of the appointment
	since    time.Time // when the waiting began; guarded by the rooms' lock
	toldAt   time.Time // since when the worker knows that p waits; guarded by the rooms' lock
	saidTold bool      // that p was told so; guarded by the rooms' lock

	ice     []ICEServer // guarded by the rooms' lock
	expires time.Time   // when ice expires; used by the rounds only
	warned  bool        // that the call is about to end; used by the rounds only
	inside  bool        // whether it was welcomed; guarded by the rooms' lock
}
