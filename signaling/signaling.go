// Package signaling is the video calls: rooms in which two browsers find each
// other over WebSocket, and the relay through which they talk.
//
// A call belongs to an appointment by video. Its doors open 15 minutes before
// the hour and close 15 minutes after its end; the beneficiary waits outside
// until the social worker admits them, once for the whole call (R24). The media
// never passes through this package: it is encrypted between the two browsers,
// and the relay sees ciphertext. Nothing of a call is kept but when each person
// came and left (R23). Neither browser learns the other's address: descriptions
// and candidates lose every address but the relay's (R25).
//
// Rooms live in the memory of one process.
package signaling

import (
	"context"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"
)

// Sessions tells which sessions still stand, and keeps those alive that are used;
// account.Service does.
type Sessions interface {
	SessionsAlive(ctx context.Context, sessions [][]byte) (map[string]bool, error)
	UseSessions(ctx context.Context, sessions [][]byte) error
}

// Service is the calls that are going on.
type Service struct {
	db           *postgres.DB
	bookings     *booking.Service
	appointments *appointment.Service
	sessions     Sessions
	relay        *Relay
	rooms        *rooms
	sockets      *socket.Hub
	rounds       socket.Rounds
	used         time.Time // when the sessions of those who talk were last kept alive; the round's own
}

// Parts are what the calls work with.
type Parts struct {
	DB           *postgres.DB
	Bookings     *booking.Service
	Appointments *appointment.Service
	Sessions     Sessions
	Relay        *Relay
}

// New returns the calls; none is going on yet.
func New(p Parts) *Service {
	s := &Service{db: p.DB, bookings: p.Bookings, appointments: p.Appointments, sessions: p.Sessions, relay: p.Relay, rooms: newRooms(), sockets: socket.NewHub(limits)}
	s.rounds = socket.NewRounds(recheckEvery, s.round)
	return s
}

// Close empties the rooms: everybody is told to come back (1012), and nobody
// else gets in. It returns when all are gone, or with ctx's error.
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

// Who is who in every call: identifiers belong to a person of the appointment,
// so that they stay the same across a reload.
const (
	beneficiaryID = "P1"
	workerID      = "P2"
)

// selfAndOther are the viewer and the other person of an appointment.
func selfAndOther(a appointment.Appointment, v *viewer.Viewer) (self, other participant) {
	beneficiary := participant{ID: beneficiaryID, Name: a.BeneficiaryName, Role: viewer.Beneficiary}
	worker := participant{ID: workerID, Name: a.SocialWorkerName, Role: viewer.SocialWorker}
	if v.ID == a.SocialWorkerID {
		return worker, beneficiary
	}
	return beneficiary, worker
}

// holderOf is the viewer as the relay knows them.
func holderOf(participant string, a appointment.Appointment, v *viewer.Viewer) holder {
	return holder{call: a.ID, participant: participant, account: v.ID, session: string(v.Session)}
}

// iceServers are the relays for one participant, with credentials that last as long
// as the call's doors are open at most, and when they expire.
func (s *Service) iceServers(h holder, a appointment.Appointment) ([]ICEServer, time.Time) {
	s.rounds.Begin()
	return s.relay.iceServers(h, closesAt(a).Sub(s.db.Now()))
}

// state is where a call stands.
type state int

const (
	open state = iota
	early
	over
	cancelled
	notVideo
)

// stateAt is where the appointment's call stands at now. The doors' opening is
// inside, their closing outside.
func stateAt(a appointment.Appointment, now time.Time) state {
	switch {
	case a.Mode != slot.Video:
		return notVideo
	case !a.Status.Agreed():
		return cancelled
	case now.Before(opensAt(a)):
		return early
	case !now.Before(closesAt(a)):
		return over
	}
	return open
}

func opensAt(a appointment.Appointment) time.Time  { return a.StartsAt.Add(-booking.Doors) }
func closesAt(a appointment.Appointment) time.Time { return a.EndsAt.Add(booking.Doors) }

// The refusals before a socket is one.
var (
	errSignedOut = fault.New(fault.Unauthenticated, "Connectez-vous pour entrer dans l’appel.")
	errNotFound  = fault.New(fault.NotFound, "Ce rendez-vous n’existe pas, ou n’est pas le vôtre.")
)
