package signaling

import (
	"context"
	"errors"
	"net/http"
	"time"

	"socialdirect/booking"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"

	"github.com/gorilla/websocket"
)

const (
	maxFrame    = 64 << 10 // bytes
	pingEvery   = 20 * time.Second
	deadAfter   = 45 * time.Second // without a pong
	writeWithin = 10 * time.Second
	lingerFor   = 2 * time.Second // for the last word to arrive
	askWithin   = 4 * time.Second // for the database
)

// upgrader is told nothing about origins: Socket has checked before.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 4096, WriteBufferSize: 4096, HandshakeTimeout: writeWithin,
	CheckOrigin: func(*http.Request) bool { return true },
}

// Socket answers GET /rendez-vous/{id}/appel/ws: the signalling of one
// participant's call, until they leave or may no longer stay.
func (h *HTTP) Socket(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	switch {
	case r.Header.Get("Origin") != h.origin:
		return errOrigin
	case v == nil:
		return errSignedOut
	}
	a, err := h.calls.appointment(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !h.calls.rooms.begin() {
		return errGoingAway
	}
	defer h.calls.rooms.conns.Done()
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	h.calls.serve(context.WithoutCancel(r.Context()), conn, v, a)
	return nil
}

// appointment is the viewer's own; NotFound for anything else.
func (s *Service) appointment(ctx context.Context, v *viewer.Viewer, id string) (booking.Appointment, error) {
	parsed, err := form.ParseID(id)
	if err != nil {
		return booking.Appointment{}, errNotFound
	}
	return s.bookings.Appointment(ctx, v, parsed)
}

// socket is a peer's connection: a reader, a writer, and the loop that owns both.
type socket struct {
	*peer
	conn  *websocket.Conn
	in    chan []byte   // from the reader
	read  chan struct{} // closed when the reader has ended
	wrote chan struct{} // closed when the writer has ended
}

// serve lives as long as the connection does.
func (s *Service) serve(ctx context.Context, conn *websocket.Conn, v *viewer.Viewer, a booking.Appointment) {
	self, _ := selfAndOther(a, v)
	k := &socket{
		peer: s.newPeer(a, v, self), conn: conn,
		in: make(chan []byte), read: make(chan struct{}), wrote: make(chan struct{}),
	}
	go k.readAll()
	go k.writeAll()
	s.own(ctx, k, v, a)
	k.hangUp()
}

// newPeer is the viewer's side of a call, with credentials of the relay.
func (s *Service) newPeer(a booking.Appointment, v *viewer.Viewer, self participant) *peer {
	p := newPeer(holderOf(self.ID, a, v), self, closesAt(a))
	p.ice, p.expires = s.iceServers(p.holder, a)
	return p
}

// own is the loop of one connection, from the room's door until it is to end.
func (s *Service) own(ctx context.Context, k *socket, v *viewer.Viewer, a booking.Appointment) {
	l := &loop{Service: s, peer: k.peer, viewer: v, appointment: a}
	if l.enter(ctx) {
		l.run(ctx, k.in)
		l.leave(ctx)
	}
}

// readAll hands every text frame to the loop and notices the end.
func (k *socket) readAll() {
	defer close(k.read)
	k.conn.SetReadLimit(maxFrame)
	alive := func(string) error { return k.conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	k.conn.SetPongHandler(alive)
	_ = alive("")
	pace := newPace()
	for {
		kind, data, err := k.conn.ReadMessage()
		switch {
		case errors.Is(err, websocket.ErrReadLimit):
			k.end(closeTooBig, "a frame holds 64 KiB at most")
			return
		case err != nil:
			k.end(0, "")
			return
		case kind != websocket.TextMessage:
			k.end(closePolicy, string(errBinary))
			return
		}
		select {
		case <-time.After(pace.Reserve().Delay()):
		case <-k.gone:
			return
		}
		select {
		case k.in <- data:
		case <-k.gone:
			return
		}
	}
}

// writeAll writes what is queued, and pings.
func (k *socket) writeAll() {
	defer close(k.wrote)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var sent bool
		select {
		case data := <-k.out:
			sent = k.write(websocket.TextMessage, data)
		case <-ping.C:
			sent = k.write(websocket.PingMessage, nil)
		case <-k.gone:
			k.flush()
			return
		}
		if !sent {
			k.end(closeSlow, "")
			return
		}
	}
}

func (k *socket) write(kind int, data []byte) bool {
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	return k.conn.WriteMessage(kind, data) == nil
}

// flush writes what was queued before the end, so that nobody is sent away for
// what they said before they could hear.
func (k *socket) flush() {
	for {
		select {
		case data := <-k.out:
			if !k.write(websocket.TextMessage, data) {
				return
			}
		default:
			return
		}
	}
}

// hangUp says the last word and closes the connection, at most lingerFor later,
// with reader and writer ended.
func (k *socket) hangUp() {
	if k.close.code == 0 {
		_ = k.conn.Close()
	}
	deadline := time.AfterFunc(lingerFor, func() { _ = k.conn.Close() })
	defer deadline.Stop()
	<-k.wrote
	if k.close.code != 0 {
		k.lastWord()
	}
	<-k.read
	_ = k.conn.Close()
}

// lastWord sends the close frame, and then reads what is still under way: closing
// with unread data would reset the connection before the frame is read.
func (k *socket) lastWord() {
	frame := websocket.FormatCloseMessage(k.close.code, bounded(k.close.reason))
	_ = k.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(lingerFor))
	<-k.read
	drain(k.conn)
}
