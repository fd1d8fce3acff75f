// Package signaling contains the video calls: rooms in which two browsers exchange their
// signaling over WebSocket, and the TURN relay for their media.
//
// A call belongs to an appointment by video. It opens 15 minutes before the appointment and
// closes when it may no longer run over its end; the beneficiary waits until the social worker admits them,
// once for the whole call (R24). Media never passes through this package in clear: it is
// encrypted between the two browsers, and the relay sees ciphertext. Only the times at which
// each person joined and left are stored (R23). Neither browser learns the other's address:
// descriptions and candidates lose every address but the relay's (R25).
//
// Rooms are in the memory of one process.
package signaling

import (
	"context"
	"strconv"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/awaited"
	"socialdirect/signaling/guest"
)

// Sessions says which sessions are valid, and keeps sessions in use alive; account.Service
// implements it.
type Sessions interface {
	SessionsAlive(ctx context.Context, sessions [][]byte) (map[string]bool, error)
	UseSessions(ctx context.Context, sessions [][]byte) error
}

// Service contains the current calls.
type Service struct {
	db           *postgres.DB
	bookings     *booking.Service
	appointments *appointment.Service
	sessions     Sessions
	guests       *guest.Service
	awaited      *awaited.Service
	relay        *Relay
	rooms        *rooms
	sockets      *socket.Hub
	rounds       socket.Rounds
	used         time.Time // when sessions of people in a call were last kept alive; used by the rounds only
}

// Parts are the dependencies of the Service.
type Parts struct {
	DB           *postgres.DB
	Bookings     *booking.Service
	Appointments *appointment.Service
	Sessions     Sessions
	Guests       *guest.Service
	Relay        *Relay
}

// New returns a service without any current call.
func New(p Parts) *Service {
	s := &Service{awaited: awaited.New(p.DB, p.Bookings), db: p.DB, bookings: p.Bookings, appointments: p.Appointments, sessions: p.Sessions, guests: p.Guests, relay: p.Relay, rooms: newRooms(p.DB.Now), sockets: socket.NewHub(limits)}
	s.rounds = socket.NewRounds(recheckEvery, s.round)
	return s
}

// Close ends every connection with a request to reconnect later (1012), and accepts no new
// ones. It returns when all have ended, or with ctx's error.
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

// Identifiers of the participants of every call. Each belongs to a person of the appointment,
// so that it stays the same across a reload.
const (
	beneficiaryID = "P1"
	workerID      = "P2"
)

// selfAndOther returns the viewer and the other person of an appointment.
func selfAndOther(a appointment.Appointment, v *viewer.Viewer) (self, other participant) {
	person := participant{ID: beneficiaryID, Name: a.BeneficiaryName, Role: beneficiary}
	theirs := participant{ID: workerID, Name: a.SocialWorkerName, Role: worker}
	if v.ID == a.SocialWorkerID {
		return theirs, person
	}
	return person, theirs
}

// guestID returns the identifier of the guest at a place of the call.
func guestID(place int) string { return "P" + strconv.Itoa(2+place) }

// holderOf returns the viewer as a user of the relay.
func holderOf(participant string, a appointment.Appointment, v *viewer.Viewer) holder {
	return holder{call: a.ID, participant: participant, account: v.ID, session: string(v.Session)}
}

// iceServers returns the relays for one participant, with credentials that are valid at most
// until the call closes, and when they expire.
func (s *Service) iceServers(h holder, a appointment.Appointment) ([]ICEServer, time.Time) {
	s.rounds.Begin()
	return s.relay.iceServers(h, closesAt(a).Sub(s.db.Now()))
}

// state is the state of a call.
type state int

const (
	open state = iota
	early
	over
	cancelled
	notVideo
)

// stateAt returns the state of the appointment's call at now. A call is open from its opening,
// included, to its closing, excluded.
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

func opensAt(a appointment.Appointment) time.Time { return a.StartsAt.Add(-appointment.Doors) }

// closesAt returns when a call closes that appointment.Service.Calls has read.
func closesAt(a appointment.Appointment) time.Time { return a.CallUntil }

// Refusals before a socket opens.
var (
	errSignedOut = fault.New(fault.Unauthenticated, "Connectez-vous pour entrer dans l’appel.")
	errOwnLink   = fault.New(fault.Forbidden, "Ce lien est pour la personne que vous invitez. Envoyez-le-lui\u00a0: il ne sert qu’une fois. Vous entrez dans l’appel par la page du rendez-vous.")
	errNotFound  = fault.New(fault.NotFound, "Ce rendez-vous n’existe pas, ou n’est pas le vôtre.")
)
