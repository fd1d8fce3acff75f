package signaling

import (
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"
)

// credentialsLast is how long relay credentials allow to take a port. Those that
// have half of it left are handed out again, so that a page and its welcome carry
// the same ones and what a browser has gathered stays good.
const credentialsLast = 10 * time.Minute

// holder is who may use the relay: a participant of a call, in one session.
type holder struct {
	call        uuid.UUID
	participant string
	account     uuid.UUID
	session     string
}

// seat is one participant of one call, whatever sessions they come with: what the
// relay's bounds count by.
type seat struct {
	call        uuid.UUID
	participant string
}

func (h holder) seat() seat { return seat{h.call, h.participant} }

// grant is a holder's leave to use the relay. It stands until the doors close or
// end is called, and credentials are renewed under it.
type grant struct {
	holder
	user    string    // as the network sees it
	until   time.Time // the doors' closing
	expires time.Time // of the credentials that were handed out last
}

// grants are those that stand, by user.
type grants struct {
	mu   sync.Mutex
	user map[string]*grant
}

func newGrants() *grants { return &grants{user: map[string]*grant{}} }

// renew is the holder's grant, made where there is none, with credentials of which
// half of their time is left at least, or all that the doors leave.
func (g *grants) renew(h holder, user string, now, until time.Time) grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	its := g.user[user]
	if its == nil {
		its = &grant{holder: h, user: user}
		g.user[user] = its
	}
	its.until = until
	latest := now.Add(credentialsLast)
	if until.Before(latest) {
		latest = until
	}
	if latest = latest.Truncate(time.Second); its.expires.Sub(now) <= credentialsLast/2 || its.expires.After(latest) {
		its.expires = latest
	}
	return *its
}

// of is the user's grant as far as it stands at now.
func (g *grants) of(user string, now time.Time) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	its := g.user[user]
	if its == nil || !now.Before(its.until) {
		return grant{}, false
	}
	return *its, true
}

func (g *grants) all() []grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]grant, 0, len(g.user))
	for _, its := range g.user {
		all = append(all, *its)
	}
	return all
}

func (g *grants) end(user string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.user, user)
}

// forget drops what nothing hangs on any more: credentials that have expired, of
// users who hold no port.
func (g *grants) forget(now time.Time, holding map[string]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.user, func(user string, its *grant) bool { return !now.Before(its.expires) && !holding[user] })
}

// end ends a user's credentials, and the ports that are held by them: what is
// under way through the relay stops at once.
func (r *Relay) end(user string) {
	r.grants.end(user)
	if r.ports != nil {
		r.ports.closeOf(user)
	}
}

// forget drops the grants that nothing hangs on any more.
func (r *Relay) forget() {
	var users map[string]bool
	if r.ports != nil {
		users = r.ports.holding()
	}
	r.grants.forget(r.now(), users)
}
