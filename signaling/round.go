package signaling

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"
	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// recheckEvery is how often sessions and appointments are checked, for all connections and
// users of the relay at once, so that an ended one is closed within 5 seconds.
const recheckEvery = 3 * time.Second

// round ends connections and relay users whose session or appointment is no longer valid,
// renews credentials, and warns when a call is about to close.
//
// The instant is read before the peers: sessions count as used up to an instant at which nobody
// who is missing from the list was talking yet.
func (s *Service) round(ctx context.Context) {
	now := s.db.Now()
	peers, grants := s.rooms.all(), s.relay.grants.all()
	valid := s.validity(ctx, peers, grants)
	var talking [][]byte
	for _, p := range peers {
		if end, over := valid.end(p.holder, now); over {
			p.End(end.code, end.reason)
			continue
		}
		if a, known := valid.calls[p.call]; known {
			s.rooms.keepUntil(p, closesAt(a))
		}
		s.keep(p, now)
		s.tell(ctx, p, now)
		s.rooms.sayTold(p, now)
		if p.guest == uuid.Nil && s.rooms.inside(p) {
			talking = append(talking, []byte(p.holder.session))
		}
	}
	s.use(ctx, talking, now)
	for _, g := range grants {
		if _, over := valid.end(g.holder, now); over {
			s.relay.end(g.user)
		}
	}
	s.relay.forget()
}

const (
	// tellAfter is how long somebody waits before an absent worker is notified: most come by
	// themselves.
	tellAfter = 30 * time.Second
	// tellFrom is how long before the hour workers are notified at the earliest.
	tellFrom = 5 * time.Minute
)

// tell notifies the worker that p waits, once it has lasted.
func (s *Service) tell(ctx context.Context, p *peer, now time.Time) {
	since, is := s.rooms.awaiting(p)
	if !is || p.guest != uuid.Nil || now.Before(since.Add(tellAfter)) || now.Before(p.startsAt.Add(-tellFrom)) {
		return
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	at, err := s.awaited.Notify(asking, p.call)
	if err == nil {
		s.rooms.told(p, at)
	} else if ctx.Err() == nil {
		slog.Warn("a worker could not be notified that somebody waits", "cause", err, postgres.Statement(err))
	}
}

// useEvery is how often the sessions of people in a call are kept alive. A call makes no other
// request, and a session on a shared device would end as idle.
const useEvery = time.Minute

func (s *Service) use(ctx context.Context, talking [][]byte, now time.Time) {
	if len(talking) == 0 || now.Sub(s.used) < useEvery {
		return
	}
	s.used = now
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := s.sessions.UseSessions(asking, talking); err != nil && ctx.Err() == nil {
		slog.Warn("sessions could not be kept alive during a call", "cause", err)
	}
}

// endingWarning is how long before the end of a call everybody inside is warned.
const endingWarning = 5 * time.Minute

// keep renews a peer's credentials and sends the warning before the end, when they are due.
func (s *Service) keep(p *peer, now time.Time) {
	s.renew(p, now)
	if !p.warned && !now.Before(p.closesAt.Add(-endingWarning)) && s.rooms.inside(p) {
		p.warned = true
		p.Send(event{Type: "ending", At: &p.closesAt})
	}
}

// renew issues new credentials once half of the lifetime of the last ones is over.
func (s *Service) renew(p *peer, now time.Time) {
	if s.relay.now().Before(p.expires.Add(-credentialsLast / 2)) {
		return
	}
	if servers, expires := s.relay.iceServers(p.holder, p.closesAt.Sub(now)); expires.After(p.expires) {
		p.expires = expires
		s.rooms.renew(p, servers)
	}
}

// validity says which sessions and calls are still valid. If the database does not answer, all
// count as valid.
type validity struct {
	sessions map[string]bool
	guests   map[uuid.UUID]bool
	calls    map[uuid.UUID]appointment.Appointment
}

// validity makes three queries at most, however many peers and grants there are.
func (s *Service) validity(ctx context.Context, peers []*peer, grants []grant) validity {
	var sessions [][]byte
	var calls, guests []uuid.UUID
	seen, called := map[string]bool{}, map[uuid.UUID]bool{}
	note := func(h holder) {
		switch {
		case h.guest != uuid.Nil:
			guests = append(guests, h.guest)
		case !seen[h.session]:
			seen[h.session], sessions = true, append(sessions, []byte(h.session))
		}
		if !called[h.call] {
			called[h.call], calls = true, append(calls, h.call)
		}
	}
	for _, p := range peers {
		note(p.holder)
	}
	for _, g := range grants {
		note(g.holder)
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var known validity
	alive, err := s.sessions.SessionsAlive(asking, sessions)
	if err == nil {
		known.sessions = alive
	}
	there, failed := s.appointments.Calls(asking, calls)
	if failed == nil {
		known.calls = there
	}
	invited, unknown := s.guests.Alive(asking, guests)
	if unknown == nil {
		known.guests = invited
	}
	if err = errors.Join(err, failed, unknown); err != nil && ctx.Err() == nil {
		slog.Warn("calls could not be checked", "cause", err)
	}
	return known
}

// closing is the last message to a peer.
type closing struct {
	code   int
	reason string
}

// end returns why a holder may not stay, if that is so.
func (k validity) end(h holder, now time.Time) (closing, bool) {
	if h.guest != uuid.Nil && k.guests != nil && !k.guests[h.guest] {
		return closing{callClosed, "the invitation has ended"}, true
	}
	if h.guest == uuid.Nil && k.sessions != nil && !k.sessions[h.session] {
		return closing{socket.SignedOut, "signed out"}, true
	}
	if k.calls == nil {
		return closing{}, false
	}
	a, there := k.calls[h.call]
	if !there || h.guest == uuid.Nil && a.BeneficiaryID != h.account && a.SocialWorkerID != h.account {
		return closing{callClosed, refusals[cancelled]}, true
	}
	reason, over := refusals[stateAt(a, now)]
	return closing{callClosed, reason}, over
}
