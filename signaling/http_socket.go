package signaling

import (
	"context"
	"net/http"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/form"
	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/guest"
	"socialdirect/web"

	"github.com/google/uuid"
)

const (
	maxFrame   = 64 << 10         // in bytes
	askWithin  = 4 * time.Second  // timeout of a check by the database
	noteWithin = 30 * time.Second // timeout of storing when somebody joined or left: thousands may, at once
)

// limits bounds the rate at which one connection is read. A browser sends its candidates in a
// burst; whoever sends more is slowed down and nobody else is. A burst is far smaller than a
// peer's queue, so that a server that stalls for a second disconnects nobody.
var limits = socket.Limits{Frame: maxFrame, Messages: 50, Bytes: 256 << 10}

// Socket answers GET /rendez-vous/{id}/appel/ws: the signaling of one participant's call,
// until they leave or may no longer stay.
func (h *HTTP) Socket(w http.ResponseWriter, r *web.Request) error {
	if err := socket.SameOrigin(r.Request, h.origin); err != nil {
		return err
	}
	v := r.Viewer
	if v == nil {
		return errSignedOut
	}
	a, err := h.calls.appointment(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	admitted, err := readAdmitted(r.Context(), h.calls.db.Pool, a.ID, v.ID)
	if err != nil {
		return err
	}
	p := h.calls.newPeer(a, v)
	if !admitted && p.self.Role == beneficiary {
		p.toldAt, err = h.calls.awaited.Since(r.Context(), a)
	}
	if err != nil {
		return err
	}
	_, err = h.calls.sockets.Serve(w, r.Request, h.origin, func(conn *socket.Conn) { h.calls.serve(conn, p, a, admitted) })
	return err
}

// appointment returns the viewer's own appointment; it fails with NotFound for any other.
func (s *Service) appointment(ctx context.Context, v *viewer.Viewer, id string) (appointment.Appointment, error) {
	parsed, err := form.ParseID(id)
	if err != nil {
		return appointment.Appointment{}, errNotFound
	}
	a, err := s.appointments.Appointment(ctx, v, parsed)
	if err != nil {
		return a, err
	}
	found, err := s.appointments.Calls(ctx, []uuid.UUID{a.ID})
	a.CallUntil = found[a.ID].CallUntil
	return a, err
}

// newPeer returns the viewer's side of a call, with credentials of the relay.
func (s *Service) newPeer(a appointment.Appointment, v *viewer.Viewer) *peer {
	self, _ := selfAndOther(a, v)
	p := &peer{holder: holderOf(self.ID, a, v), self: self, startsAt: a.StartsAt, closesAt: closesAt(a)}
	p.ice, p.expires = s.iceServers(p.holder, a)
	return p
}

// newGuest returns a guest's side of a call.
func (s *Service) newGuest(a appointment.Appointment, i guest.Invitation) *peer {
	id := guestID(i.Place)
	p := &peer{
		holder: holder{call: a.ID, participant: id, guest: i.ID}, closesAt: closesAt(a),
		self: participant{ID: id, Name: i.Name, Role: role(i.Kind), Consented: i.Consented && !i.Admitted},
	}
	p.ice, p.expires = s.iceServers(p.holder, a)
	return p
}

// serve runs until the connection ends, or ends it if the call is not open.
func (s *Service) serve(conn *socket.Conn, p *peer, a appointment.Appointment, admitted bool) {
	p.connection = conn
	l := &loop{Service: s, peer: p, beneficiary: a.BeneficiaryID}
	if reason, ok := refusals[stateAt(a, s.db.Now())]; ok {
		conn.End(callClosed, reason)
	} else {
		p.welcomed = l.note
		s.rooms.enter(p, admitted)
		defer l.leave()
	}
	conn.Read(l.handle)
}
