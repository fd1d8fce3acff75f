package socket_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/socket"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is the timeout of every wait for something that should come at once.
const patience = 20 * time.Second

// site serves one hub; run handles every connection.
type site struct {
	*httptest.Server
	hub *socket.Hub
}

func newSite(t *testing.T, limits socket.Limits, run func(*socket.Conn)) *site {
	t.Helper()
	s := &site{hub: socket.NewHub(limits)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened, err := s.hub.Serve(w, r, s.URL, run)
		if err != nil {
			http.Error(w, "", map[fault.Code]int{fault.Forbidden: 403, fault.Unavailable: 503}[fault.From(err).Code])
		}
		if opened != (err == nil) && r.Header.Get("Upgrade") != "" {
			t.Errorf("opened %v, %v", opened, err)
		}
	}))
	t.Cleanup(func() { s.hub.Close(); s.Server.Close() })
	return s
}

func (s *site) dial(origin ...string) (*websocket.Conn, int, error) {
	conn, res, err := websocket.DefaultDialer.Dial(strings.Replace(s.URL, "http", "ws", 1), http.Header{"Origin": origin})
	if err != nil {
		return nil, res.StatusCode, err
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return conn, res.StatusCode, nil
}

func (s *site) mustDial(t *testing.T) *websocket.Conn {
	t.Helper()
	conn, _, err := s.dial(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func wantClose(t *testing.T, conn *websocket.Conn, code int) {
	t.Helper()
	for {
		_, _, err := conn.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
			continue
		case !errors.As(err, &closed) || closed.Code != code:
			t.Errorf("got %v, want close code %d", err, code)
		}
		return
	}
}

var generous = socket.Limits{Frame: 64 << 10, Messages: 1000, Bytes: 1 << 20}

func echo(c *socket.Conn) {
	c.Read(func(data []byte) { c.Send(string(data)) })
}

// Browsers write an origin in only one way: anything else comes from elsewhere.
func TestR24_SocketsOpenOnlyForThePlatformsOwnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, generous, echo)
	host := strings.TrimPrefix(s.URL, "http://")
	for name, origin := range map[string][]string{
		"none": nil, "empty": {""}, "null": {"null"}, "another": {"https://ailleurs.example"}, "of a file": {"file://"},
		"another scheme": {"https://" + host}, "another port": {"http://" + strings.Split(host, ":")[0]}, "longer": {s.URL + ".ailleurs.example"},
		"with a path": {s.URL + "/"}, "with a name before": {"http://u@" + host}, "in capitals": {strings.ToUpper(s.URL)}, "a part": {"http://"},
		"two": {s.URL, "https://ailleurs.example"}, "two, ours last": {"https://ailleurs.example", s.URL}, "a list": {s.URL + ", https://ailleurs.example"}, "by another name": {strings.Replace(s.URL, "127.0.0.1", "localhost", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			if conn, status, err := s.dial(origin...); err == nil || status != http.StatusForbidden {
				t.Errorf("%s: %d, %v", name, status, err)
				if err == nil {
					_ = conn.Close()
				}
			}
		})
	}
	_ = s.mustDial(t).Close()
}

func TestR44_MessagesArriveInOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t, generous, echo)
	conn := s.mustDial(t)
	for _, said := range []string{"<&>", "two", strings.Repeat("x", 60_000)} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(said)); err != nil {
			t.Fatal(err)
		}
		if _, got, err := conn.ReadMessage(); err != nil || string(got) != `"`+said+`"` {
			t.Errorf("received %.40q, %v", got, err)
		}
	}
}

func TestR44_AFullQueueEndsTheConnection(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	s := newSite(t, generous, func(c *socket.Conn) {
		defer close(ended)
		go func() {
			for said := strings.Repeat("x", 1<<20); ; c.Send(said) {
				if _, _, over := c.Ended(); over {
					return
				}
			}
		}()
		c.Read(func([]byte) {})
		if code, _, _ := c.Ended(); code != socket.Silent {
			t.Errorf("ended with %d", code)
		}
		c.End(socket.Policy, "later")
		if code, _, _ := c.Ended(); code != socket.Silent {
			t.Error("a later reason replaced the first")
		}
	})
	conn := s.mustDial(t)
	_ = conn.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("a connection that does not read is still open")
	}
}

func TestR44_MessagesBeforeTheEndArrive(t *testing.T) {
	t.Parallel()
	s := newSite(t, generous, func(c *socket.Conn) {
		for range 100 {
			c.Send("before")
		}
		c.End(socket.SignedOut, strings.Repeat("é", 100))
		c.Send("after")
		c.Read(func([]byte) { t.Error("a message after the end was handled") })
	})
	conn := s.mustDial(t)
	_ = conn.WriteMessage(websocket.TextMessage, []byte("too late"))
	for range 100 {
		if _, got, err := conn.ReadMessage(); err != nil || string(got) != `"before"` {
			t.Fatalf("received %q, %v", got, err)
		}
	}
	wantClose(t, conn, socket.SignedOut)
}

func TestR44_FramesAreTextAndBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, socket.Limits{Frame: 512, Messages: 10, Bytes: 1 << 20}, echo)
	for name, c := range map[string]struct{ kind, size, code int }{
		"binary": {websocket.BinaryMessage, 10, socket.Policy}, "too big": {websocket.TextMessage, 513, socket.TooBig}, "far too big": {websocket.TextMessage, 1 << 20, socket.TooBig},
	} {
		t.Run(name, func(t *testing.T) {
			conn := s.mustDial(t)
			if err := conn.WriteMessage(c.kind, make([]byte, c.size)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			wantClose(t, conn, c.code)
		})
	}
}

// A flood of frames without a message is slowed down too.
func TestR44_EveryFrameCountsTowardsTheLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t, socket.Limits{Frame: 512, Messages: 10, Bytes: 8 << 10}, echo)
	conn := s.mustDial(t)
	began, payload := time.Now(), make([]byte, 125)
	for range 250 { // 131 bytes each: 8 KiB at once and 24 in three seconds
		if err := conn.WriteControl(websocket.PongMessage, payload, time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("heard")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 2500*time.Millisecond {
		t.Errorf("32 KB of pongs were read in %s", took)
	}
}

func TestR44_AClosedHubIsEmptyAndAcceptsNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t, generous, echo)
	one, two := s.mustDial(t), s.mustDial(t)
	done := make(chan struct{})
	go func() { s.hub.Close(); close(done) }()
	wantClose(t, one, socket.GoingAway)
	wantClose(t, two, socket.GoingAway)
	<-done
	if _, status, err := s.dial(s.URL); err == nil || status != http.StatusServiceUnavailable {
		t.Errorf("a connection was accepted: %d, %v", status, err)
	}
}

func TestR44_ReasonsFitTheirFrame(t *testing.T) {
	t.Parallel()
	got := socket.Bounded(strings.Repeat("é", 100))
	if len(got) > socket.MaxReason || got != strings.Repeat("é", 61) {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}
