// Package echo lets anybody test a call (R27): it answers in place of another person, through
// the relay, and sends back what it receives. It keeps nothing of a test, and names no address
// in a log.
//
// A test ends after a minute, whatever the browser does. What one network and everybody
// together can test at once, and one network in an hour, is bounded, and so is what one test
// may send. Somebody may send the results to the switchboard: browser and measures, without a
// name or an address, under a short reference, for 30 days.
//
// Nothing else in the platform reads a track or answers a call.
package echo

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"socialdirect/account/limit"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/socket"
	"socialdirect/signaling"

	"github.com/pion/webrtc/v4"
)

// Bounds of tests. A network is an address, which a whole office may share.
const (
	lasts      = time.Minute
	atOnce     = 40 // in all
	atOnceEach = 10 // of these, from one network
	inHourEach = 60 // from one network
)

// recheckEvery is how often tests that are over are ended.
const recheckEvery = time.Second

// Service holds the current tests.
type Service struct {
	Parts
	api     *webrtc.API
	sockets *socket.Hub
	crowd   *crowd
	rounds  socket.Rounds

	mu    sync.Mutex
	tests map[*test]struct{}
}

// Parts are the dependencies of the Service.
type Parts struct {
	DB           *postgres.DB
	Limits       *limit.Service
	Bookings     *booking.Service
	Appointments *appointment.Service
	Relay        *signaling.Relay
}

// New returns a service without any test.
func New(p Parts) (*Service, error) {
	api, err := newAPI()
	if err != nil {
		return nil, err
	}
	s := &Service{Parts: p, api: api, sockets: signaling.NewTrialSockets(), crowd: newCrowd(), tests: map[*test]struct{}{}}
	s.rounds = socket.NewRounds(recheckEvery, s.endOver)
	return s, nil
}

// Close ends every test with a request to reconnect later (1012), and begins no new ones. It
// returns when all have ended, or with ctx's error.
func (s *Service) Close(ctx context.Context) error {
	gone := make(chan struct{})
	go func() {
		s.sockets.Close()
		s.rounds.Stop()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "call_tests_sweep", Every: time.Hour, Do: s.Sweep}}
}

// serve runs a test until its connection ends.
func (s *Service) serve(conn *socket.Conn) {
	t, err := s.begin(conn)
	if err != nil {
		slog.Error("test of a call", "cause", err)
		conn.End(socket.Internal, "")
		conn.Read(func([]byte) {})
		return
	}
	defer s.end(t)
	conn.Read(t.handle)
}

// begin welcomes somebody, and offers them a connection.
func (s *Service) begin(conn *socket.Conn) (*test, error) {
	s.rounds.Begin()
	t := &test{conn: conn, trial: signaling.NewTrial(s.Relay, lasts), endsAt: s.DB.Now().Add(lasts)}
	peer, err := newPeer(s.api, t)
	if err != nil {
		t.trial.End()
		return nil, err
	}
	t.peer = peer
	conn.Send(t.trial.Welcome(name, t.endsAt))
	s.add(t)
	if err := peer.offer(); err != nil {
		s.end(t)
		return nil, err
	}
	return t, nil
}

func (s *Service) add(t *test) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tests[t] = struct{}{}
}

// end frees what a test used. Its connection ends by itself.
func (s *Service) end(t *test) {
	s.mu.Lock()
	delete(s.tests, t)
	s.mu.Unlock()
	t.peer.close()
	t.trial.End()
}

// endOver ends the tests whose minute is over.
func (s *Service) endOver(context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.DB.Now()
	for t := range s.tests {
		if !now.Before(t.endsAt) {
			t.conn.End(signaling.Closed, "a test lasts a minute at most")
		}
	}
}
