package signaling

import (
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"
)

// credentialsLast is how long relay credentials can allocate ports. Credentials with at least
// half of it left are issued again, so that a page and its welcome have the same ones, and
// candidates that the browser has gathered stay valid.
const credentialsLast = 10 * time.Minute

// holder is somebody who may use the relay: a participant of a call, in one session, or a
// guest, who has an invitation instead of an account and a session.
type holder struct {
	call        uuid.UUID
	participant string
	account     uuid.UUID
	session     string
	guest       uuid.UUID
	trial       bool // of no appointment and no session (Trial)
}

// quotaKey is one participant of one call, in whatever sessions: the relay's quotas count per
// quotaKey.
type quotaKey struct {
	call        uuid.UUID
	participant string
}

func (h holder) quotaKey() quotaKey { return quotaKey{h.call, h.participant} }

// grant permits a holder to use the relay until the call closes or end is called. Credentials
// are renewed within it.
type grant struct {
	holder
	user    string    // name at the relay
	until   time.Time // when the call closes
	expires time.Time // expiry of the latest credentials
}

// grants are the current grants by user.
type grants struct {
	mu   sync.Mutex
	user map[string]*grant
}

func newGrants() *grants { return &grants{user: map[string]*grant{}} }

// renew returns the holder's grant, or a new one, with credentials that are valid for at least
// half of credentialsLast, but not beyond until.
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

// of returns the user's grant if it is valid at now.
func (g *grants) of(user string, now time.Time) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	its := g.user[user]
	if its == nil || !now.Before(its.until) {
		return grant{}, false
	}
	return *its, true
}

// all returns the grants of calls. Those of trials depend on no session and no appointment.
func (g *grants) all() []grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]grant, 0, len(g.user))
	for _, its := range g.user {
		if !its.trial {
			all = append(all, *its)
		}
	}
	return all
}

func (g *grants) end(user string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.user, user)
}

// forget deletes grants with expired credentials whose users have no port.
func (g *grants) forget(now time.Time, withPorts map[string]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.user, func(user string, its *grant) bool { return !now.Before(its.expires) && !withPorts[user] })
}

// end revokes a user's credentials and closes their ports, which stops their media at once.
func (r *Relay) end(user string) {
	r.grants.end(user)
	if r.ports != nil {
		r.ports.closeOf(user)
	}
}

// forget deletes grants that are no longer needed.
func (r *Relay) forget() {
	var users map[string]bool
	if r.ports != nil {
		users = r.ports.users()
	}
	r.grants.forget(r.now(), users)
}
