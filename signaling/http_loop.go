package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"unicode/utf8"

	"socialdirect/booking"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// maxReason is how long a close reason may be, in bytes (RFC 6455, 5.5).
const maxReason = 123

// bounded cuts a reason at a whole character.
func bounded(reason string) string {
	for len(reason) > maxReason {
		_, size := utf8.DecodeLastRuneInString(reason)
		reason = reason[:len(reason)-size]
	}
	return reason
}

// drainAtMost is how much is read from somebody who is being sent away.
const drainAtMost = 4 << 20

func drain(conn *websocket.Conn) {
	if half, ok := conn.NetConn().(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, conn.NetConn(), drainAtMost)
}

// How fast one connection is read: a browser's candidates come in a burst, and
// who sends more waits, so that nobody else does.
const (
	messagesPerSecond = 50
	messageBurst      = 50 // far fewer than a peer's queue holds
)

func newPace() *rate.Limiter { return rate.NewLimiter(messagesPerSecond, messageBurst) }

// loop owns one connection's part in its call.
type loop struct {
	*Service
	*peer
	viewer      *viewer.Viewer
	appointment booking.Appointment
	attendance  uuid.UUID // of this stay; zero while waiting
}

// enter goes to the room's door; false when it does not open at all.
func (l *loop) enter(ctx context.Context) bool {
	if reason, ok := refusals[stateAt(l.appointment, l.db.Now())]; ok {
		l.end(closeDoors, reason)
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	admitted, err := readAdmitted(ctx, l.db.Pool, l.appointment.ID, l.viewer.ID)
	if err != nil {
		slog.Error("call admission", "cause", err)
		l.end(closeInternal, "")
		return false
	}
	if !l.rooms.enter(l.peer, admitted) {
		l.end(closeGoingAway, "the server is going away")
		return false
	}
	return true
}

// refusals are why a call is closed, by its state.
var refusals = map[state]string{
	early:     "the doors are not open yet",
	over:      "the doors are closed",
	cancelled: "the appointment was cancelled",
	notVideo:  "the appointment is not by video",
}

// run handles one thing after the other until the connection is to end.
func (l *loop) run(ctx context.Context, in <-chan []byte) {
	entered := l.entered
	for {
		select {
		case <-l.gone:
			return
		case <-entered:
			entered = nil
			l.note(ctx)
		case data := <-in:
			l.handle(ctx, data)
		}
	}
}

// handle does what a message asks for, or ends the connection over it.
func (l *loop) handle(ctx context.Context, data []byte) {
	select {
	case <-l.gone: // what comes after the end is not heard
		return
	default:
	}
	var broken violation
	switch {
	case !errors.As(l.obey(ctx, data), &broken):
	case broken == errTooLong:
		l.end(closeTooBig, string(broken))
	default:
		l.end(closePolicy, string(broken))
	}
}

func (l *loop) obey(ctx context.Context, data []byte) error {
	m, err := parse(data)
	switch {
	case err != nil:
		return err
	case !l.rooms.inside(l.peer):
		return errUnwelcome
	case m.Type == "leave":
		l.end(closeLeft, "left")
		return nil
	case m.Type == "admit":
		return l.admit(ctx, m.ID)
	}
	what, err := m.passedOn(l.self.ID, l.relay.owns)
	if err == nil && what != nil {
		l.rooms.pass(l.peer, m.To, what)
	}
	return err
}

// admit lets somebody in who waits; somebody who has just left stays out.
func (l *loop) admit(ctx context.Context, id string) error {
	if l.self.Role != viewer.SocialWorker {
		return errNotWorker
	}
	if id != beneficiaryID || !l.rooms.waiting(l.peer, id) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := insertAdmission(ctx, l.db.Pool, l.appointment.ID, l.appointment.BeneficiaryID, l.db.Now()); err != nil {
		slog.Error("call admission", "cause", err)
		l.send(event{Type: "error", Code: "unavailable", Message: "Cette personne n’a pas pu entrer. Réessayez dans un instant."})
		return nil
	}
	l.rooms.admit(l.peer, id)
	return nil
}

// note keeps the time of joining (R23). A call goes on without it.
func (l *loop) note(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	id := uuid.New()
	if err := insertAttendance(ctx, l.db.Pool, id, l.appointment.ID, l.viewer.ID, l.db.Now()); err != nil {
		slog.Error("call attendance", "cause", err)
		return
	}
	l.attendance = id
}

// leave goes out of the room and keeps the time of leaving.
func (l *loop) leave(ctx context.Context) {
	l.rooms.leave(l.peer)
	if l.attendance == uuid.Nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := endAttendance(ctx, l.db.Pool, l.attendance, l.db.Now()); err != nil {
		slog.Error("call attendance", "cause", err)
	}
}
