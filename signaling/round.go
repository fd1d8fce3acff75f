package signaling

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// recheckEvery is how often it is asked whether sessions and appointments still
// stand, for all connections and all users of the relay at once, so that what ended
// is noticed within 5 seconds whoever is there.
const recheckEvery = 3 * time.Second

// round ends the connections and the relay's users whose session or appointment no
// longer stands, renews credentials, and says when doors are about to close.
func (s *Service) round(ctx context.Context) {
	peers, grants := s.rooms.all(), s.relay.grants.all()
	now, standing := s.standing(ctx, peers, grants)
	var talking [][]byte
	for _, p := range peers {
		if end, over := standing.end(p.holder, now); over {
			p.End(end.code, end.reason)
			continue
		}
		s.keep(p, now)
		if s.rooms.inside(p) {
			talking = append(talking, []byte(p.holder.session))
		}
	}
	s.use(ctx, talking, now)
	for _, g := range grants {
		if _, over := standing.end(g.holder, now); over {
			s.relay.end(g.user)
		}
	}
	s.relay.forget()
}

// useEvery is how often the sessions of those who talk are kept alive: nothing else is
// asked of the server during an hour of talking, and a session of a shared device would
// end as if nobody were there.
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

// endingNotice is how long before the doors close everybody inside is told.
const endingNotice = 5 * time.Minute

// keep gives somebody who may stay what the time asks for.
func (s *Service) keep(p *peer, now time.Time) {
	s.renew(p, now)
	if !p.warned && !now.Before(p.closesAt.Add(-endingNotice)) && s.rooms.inside(p) {
		p.warned = true
		p.Say(event{Type: "ending", At: &p.closesAt})
	}
}

// renew hands out new credentials once half of the time of the last ones is over.
func (s *Service) renew(p *peer, now time.Time) {
	if s.relay.now().Before(p.expires.Add(-credentialsLast / 2)) {
		return
	}
	if servers, expires := s.relay.iceServers(p.holder, p.closesAt.Sub(now)); expires.After(p.expires) {
		p.expires = expires
		s.rooms.renew(p, servers)
	}
}

// standing is what the database knows of sessions and calls. Where it did not
// answer, all of them stand.
type standing struct {
	sessions map[string]bool
	calls    map[uuid.UUID]appointment.Appointment
}

// standing asks two questions, however many there are.
func (s *Service) standing(ctx context.Context, peers []*peer, grants []grant) (time.Time, standing) {
	var sessions [][]byte
	var calls []uuid.UUID
	seen, called := map[string]bool{}, map[uuid.UUID]bool{}
	note := func(h holder) {
		if !seen[h.session] {
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
	var known standing
	alive, err := s.sessions.SessionsAlive(asking, sessions)
	if err == nil {
		known.sessions = alive
	}
	there, failed := s.appointments.Calls(asking, calls)
	if failed == nil {
		known.calls = there
	}
	if err = errors.Join(err, failed); err != nil && ctx.Err() == nil {
		slog.Warn("calls could not be checked", "cause", err)
	}
	return s.db.Now(), known
}

// closing is the last word to a peer.
type closing struct {
	code   int
	reason string
}

// end is why a holder may not stay, if so.
func (k standing) end(h holder, now time.Time) (closing, bool) {
	if k.sessions != nil && !k.sessions[h.session] {
		return closing{socket.SignedOut, "signed out"}, true
	}
	if k.calls == nil {
		return closing{}, false
	}
	a, there := k.calls[h.call]
	if !there || a.BeneficiaryID != h.account && a.SocialWorkerID != h.account {
		return closing{closeDoors, refusals[cancelled]}, true
	}
	reason, over := refusals[stateAt(a, now)]
	return closing{closeDoors, reason}, over
}
