package signaling

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"socialdirect/internal/postgres"
	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// loop handles the messages of one connection in its call, one after the other, in the
// connection's reader.
type loop struct {
	*Service
	*peer
	beneficiary uuid.UUID
	attendance  uuid.UUID // of this connection; zero while waiting
	noting      sync.WaitGroup
}

// refusals are the reasons why a call is closed, by state.
var refusals = map[state]string{
	early:     "the doors are not open yet",
	over:      "the doors are closed",
	cancelled: "the appointment was cancelled",
	notVideo:  "the appointment is not by video",
}

// handle processes a message. An invalid one ends the connection.
func (l *loop) handle(data []byte) { EndFor(l.connection, l.dispatch(data)) }

// EndFor ends a connection whose message was invalid, with the reason; it does nothing for any
// other error, and for none.
func EndFor(c connection, err error) {
	var broken violation
	switch {
	case !errors.As(err, &broken):
	case broken == errTooLong:
		c.End(socket.TooBig, string(broken))
	default:
		c.End(socket.Policy, string(broken))
	}
}

func (l *loop) dispatch(data []byte) error {
	m, err := parse(data)
	switch {
	case err != nil:
		return err
	case !l.rooms.inside(l.peer):
		return errUnwelcome
	case m.Type == "leave":
		l.connection.End(socket.Left, "left")
		return nil
	case m.Type == "admit":
		return l.admit(m.ID)
	case m.Type == "consent":
		return l.consent(m.ID, *m.Granted)
	}
	what, err := m.passedOn(l.self.ID, l.relay.owns)
	if err == nil && what != nil {
		l.rooms.pass(l.peer, m.To, what)
	}
	return err
}

// admit admits a waiting participant, and does nothing if they have just left. A guest needs
// the beneficiary's consent first.
func (l *loop) admit(id string) error {
	if l.self.Role != worker {
		return errNotWorker
	}
	who, waiting, found := l.rooms.find(l.peer, id)
	if !found || !waiting {
		return nil
	}
	admitted, err := l.storeAdmission(who)
	switch {
	case err != nil:
		slog.Error("call admission", "cause", err)
		l.connection.Send(event{Type: "error", Code: "unavailable", Message: "Cette personne n’a pas pu entrer. Réessayez dans un instant."})
	case !admitted:
		l.connection.Send(event{Type: "error", Code: "consent", Message: "La personne accompagnée n’a pas encore accepté cette entrée."})
	default:
		l.rooms.admit(l.peer, id)
	}
	return nil
}

// storeAdmission stores that somebody was admitted; false if they are a guest to whom the
// beneficiary has not consented.
func (l *loop) storeAdmission(who holder) (admitted bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	if who.guest != uuid.Nil {
		return l.guests.Admit(ctx, who.guest)
	}
	return true, insertAdmission(ctx, l.db.Pool, l.call, l.beneficiary, l.db.Now())
}

// consent lets a guest be admitted, by the beneficiary, or removes them at once, by either
// person.
func (l *loop) consent(id string, granted bool) error {
	if l.guest != uuid.Nil || granted && l.self.Role != beneficiary {
		return errNotTheirs
	}
	who, _, found := l.rooms.find(l.peer, id)
	if !found || who.guest == uuid.Nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	if err := l.guests.Consent(ctx, who.guest, granted); err != nil {
		slog.Error("consent to a guest", "cause", err, postgres.Statement(err))
		l.connection.Send(event{Type: "error", Code: "unavailable", Message: "Votre réponse n’a pas été enregistrée. Réessayez dans un instant."})
		if granted {
			return nil
		}
	}
	if granted {
		l.rooms.consent(l.peer, id, true)
		return nil
	}
	l.rooms.expel(l.peer, id, "the consent was taken back")
	l.relay.end(l.relay.user(who))
	return nil
}

// note stores the time of joining (R23) in the background: a failure does not affect the
// call.
func (l *loop) note() {
	if l.guest != uuid.Nil {
		return // nothing is kept of guests
	}
	now := l.db.Now()
	l.noting.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), noteWithin)
		defer cancel()
		id := uuid.New()
		if err := insertAttendance(ctx, l.db.Pool, id, l.call, l.account, now); err != nil {
			slog.Error("call attendance", "cause", err)
			return
		}
		l.attendance = id
	})
}

// leave leaves the room and stores the time of leaving.
func (l *loop) leave() {
	l.rooms.leave(l.peer)
	l.noting.Wait()
	if l.attendance == uuid.Nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), noteWithin)
	defer cancel()
	if err := endAttendance(ctx, l.db.Pool, l.attendance, l.db.Now()); err != nil {
		slog.Error("call attendance", "cause", err)
	}
}
