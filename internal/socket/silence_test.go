package socket_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"socialdirect/internal/socket"

	"github.com/gorilla/websocket"
)

// pipes listens for connections in memory, so that their time is the test's.
type pipes struct {
	offered chan net.Conn
	closed  context.Context
	close   context.CancelFunc
}

func newPipes() *pipes {
	closed, end := context.WithCancel(context.Background())
	return &pipes{offered: make(chan net.Conn), closed: closed, close: end}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.offered:
		return conn, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.offered <- there
	return here, nil
}

// held opens a connection whose client then behaves as given, and returns how long it was held.
func held(t *testing.T, client func(*websocket.Conn)) (lasted time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		const origin = "http://direct.example"
		hub, listener, ended := socket.NewHub(generous), newPipes(), make(chan time.Duration, 1)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			if _, err := hub.Serve(w, r, origin, func(c *socket.Conn) {
				c.Read(func([]byte) {})
				ended <- time.Since(began)
			}); err != nil {
				t.Error(err)
			}
		})}
		go func() { _ = server.Serve(listener) }()
		dialer := websocket.Dialer{NetDialContext: listener.dial}
		conn, _, err := dialer.Dial("ws://direct.example/", http.Header{"Origin": {origin}})
		if err != nil {
			t.Fatal(err)
		}
		go client(conn)
		lasted = <-ended
		_ = conn.Close()
		hub.Close()
		_ = server.Close()
	})
	return lasted
}

// A telephone that lost its network closes nothing: what is sent to it gets lost on the way.
func TestR44_AConnectionWhoseOtherSideIsGoneEndsWithinAMinute(t *testing.T) {
	t.Parallel()
	lasted := held(t, func(conn *websocket.Conn) { _, _ = io.Copy(io.Discard, conn.NetConn()) })
	if lasted < 20*time.Second || lasted > time.Minute {
		t.Errorf("it was held for %s", lasted)
	}
}

func TestR44_AConnectionToWhichNothingCanBeWrittenEndsWithinAMinute(t *testing.T) {
	t.Parallel()
	lasted := held(t, func(*websocket.Conn) {})
	if lasted < 20*time.Second || lasted > time.Minute {
		t.Errorf("it was held for %s", lasted)
	}
}

func TestR44_AConnectionThatAnswersIsHeldForHours(t *testing.T) {
	t.Parallel()
	lasted := held(t, func(conn *websocket.Conn) {
		time.AfterFunc(3*time.Hour, func() { _ = conn.Close() })
		for {
			if _, _, err := conn.ReadMessage(); err != nil { // answers pings
				return
			}
		}
	})
	if lasted != 3*time.Hour {
		t.Errorf("it was held for %s", lasted)
	}
}
