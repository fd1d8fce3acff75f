package signaling_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"
	"socialdirect/signaling/guest"
	"socialdirect/web"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// A test binary that runs alone starts a cluster that lives as long as the binary.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("socialdirect/internal/embedded.startChild.func1"))
}

// patience is the timeout of every wait for something that should come at once.
const patience = 20 * time.Second

// sessions are the real ones; the worker's, which would need a second factor, is the test's
// own.
type sessions struct {
	*session.Service
	mu      sync.Mutex
	revoked bool
	asked   int
}

var workerSession = []byte("worker")

func (s *sessions) SessionsAlive(ctx context.Context, sessions [][]byte) (map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	alive, err := s.Service.SessionsAlive(ctx, sessions)
	if alive != nil {
		alive[string(workerSession)] = !s.revoked
	}
	return alive, err
}

// world is two people with a current appointment by video, the relay, and a server at which a
// header names the viewer.
type world struct {
	*bookingtest.World
	calls       *signaling.Service
	relay       *signaling.Relay
	guests      *guest.Service
	sessions    *sessions
	server      *httptest.Server
	zoe, nadia  *viewer.Viewer
	others      []*viewer.Viewer // further people who may connect
	appointment appointment.Appointment
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: bookingtest.New(t)}
	w.zoe, w.nadia = w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	w.nadia.Session = workerSession
	w.appointment = w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(time.Hour), slot.Video)
	w.SetNow(w.appointment.StartsAt)
	w.relay = startRelay(t, w.DB.Now)
	w.sessions = &sessions{Service: w.Accounts.Sessions}
	w.RevokeLinks = guest.RevokeAhead
	w.guests = guest.New(guest.Parts{DB: w.DB, Vault: w.Vault, Queue: w.Queue, Limits: w.Accounts.Limits, Appointments: w.Appointments, Interpreters: w.Interpreters})
	w.calls = signaling.New(signaling.Parts{DB: w.DB, Bookings: w.Bookings, Appointments: w.Appointments, Sessions: w.sessions, Guests: w.guests, Relay: w.relay})
	w.calls.RecheckEvery(20 * time.Millisecond)
	w.serve(t)
	return w
}

func startRelay(t *testing.T, now func() time.Time) *signaling.Relay {
	t.Helper()
	relay, err := signaling.StartRelayAt(signaling.RelayConfig{
		Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret of the test's own",
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := relay.Close(); err != nil {
			t.Error(err)
		}
	})
	return relay
}

func (w *world) serve(t *testing.T) {
	t.Helper()
	render, err := web.New(web.Phone{Display: "01 02 03 04 05", Href: "+33102030405"})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	w.server = httptest.NewServer(w.identified(mux))
	handlers := signaling.NewHTTP(w.calls, render, w.server.URL)
	mux.Handle("GET /static/", render.Static())
	mux.Handle("GET /rendez-vous/{id}/appel", answered(handlers.Page))
	mux.Handle("GET /rendez-vous/{id}/appel/ws", answered(handlers.Socket))
	for _, route := range handlers.Routes() {
		if strings.HasPrefix(route.Path, "/appel/invite") || strings.HasSuffix(route.Path, "/appel/absence") {
			mux.Handle(route.Method+" "+route.Path, answered(route.Handler))
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.calls.Close(ctx); err != nil {
			t.Errorf("calls do not end: %v", err)
		}
		w.server.Close()
	})
}

// identity is the context key of the viewer.
type identity struct{}

// identified does what the server does with the session cookie.
func (w *world) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked := r.Header.Get("Viewer")
		if cookie, err := r.Cookie("viewer"); err == nil {
			asked = cookie.Value // set in a real browser
		}
		for _, v := range append([]*viewer.Viewer{w.zoe, w.nadia}, w.others...) {
			if v.ID.String() == asked {
				r = r.WithContext(context.WithValue(r.Context(), identity{}, v))
			}
		}
		next.ServeHTTP(rw, r)
	})
}

func answered(handler web.Handler) http.Handler {
	statuses := map[fault.Code]int{fault.Forbidden: 403, fault.Unauthenticated: 401, fault.NotFound: 404, fault.Unavailable: 503, fault.Gone: 410, fault.Conflict: 409}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, _ := r.Context().Value(identity{}).(*viewer.Viewer)
		if err := handler(w, &web.Request{Request: r, Viewer: v}); err != nil {
			http.Error(w, err.Error(), statuses[fault.From(err).Code])
		}
	})
}

// dial opens v's socket; the status is that of the response.
func (w *world) dial(v *viewer.Viewer, header http.Header, a appointment.Appointment) (*browser, int, error) {
	header = header.Clone()
	if v != nil {
		header.Set("Viewer", v.ID.String())
	}
	url := "ws" + strings.TrimPrefix(w.server.URL, "http") + "/rendez-vous/" + a.ID.String() + "/appel/ws"
	conn, response, err := websocket.DefaultDialer.Dial(url, header)
	if err != nil {
		if response == nil {
			return nil, 0, err
		}
		return nil, response.StatusCode, err
	}
	return &browser{conn: conn}, response.StatusCode, nil
}

func (w *world) origin() http.Header { return http.Header{"Origin": {w.server.URL}} }

// join opens v's socket as its page does.
func (w *world) join(t *testing.T, v *viewer.Viewer) *browser {
	t.Helper()
	b, status, err := w.dial(v, w.origin(), w.appointment)
	if err != nil {
		t.Fatalf("%d %v", status, err)
	}
	b.t = t
	t.Cleanup(func() { _ = b.conn.Close() })
	return b
}

// both lets both enter, and reads every message up to then.
func (w *world) both(t *testing.T) (zoe, nadia *browser) {
	t.Helper()
	nadia = w.join(t, w.nadia)
	nadia.wants("welcome")
	zoe = w.join(t, w.zoe)
	zoe.wants("waiting")
	nadia.wants("knocking")
	nadia.say(`{"type":"admit","id":"P1"}`)
	zoe.wants("welcome")
	nadia.wants("joined")
	return zoe, nadia
}

// browser is a raw WebSocket client.
type browser struct {
	t    *testing.T
	conn *websocket.Conn
}

func (b *browser) say(text string) {
	b.t.Helper()
	if err := b.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		b.t.Fatal(err)
	}
}

// hears returns the next message.
func (b *browser) hears() (map[string]any, error) {
	_ = b.conn.SetReadDeadline(time.Now().Add(patience))
	_, data, err := b.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	var m map[string]any
	return m, json.Unmarshal(data, &m)
}

// wants fails the test unless the next message has the given type.
func (b *browser) wants(kind string) map[string]any {
	b.t.Helper()
	m, err := b.hears()
	if err != nil {
		b.t.Fatalf("wants %s: %v", kind, err)
	}
	if m["type"] != kind {
		b.t.Fatalf("wants %s, hears %v", kind, m)
	}
	return m
}

// eventuallyHears reads until a message of that type comes.
func (b *browser) eventuallyHears(kind string) {
	b.t.Helper()
	for {
		m, err := b.hears()
		if err != nil {
			b.t.Fatalf("wants %s: %v", kind, err)
		}
		if m["type"] == kind {
			return
		}
	}
}

// closed fails the test unless the connection ends with the given code, after exactly the
// given messages.
func (b *browser) closed(code int, before ...string) {
	b.t.Helper()
	for _, kind := range before {
		b.wants(kind)
	}
	m, err := b.hears()
	var end *websocket.CloseError
	if !errors.As(err, &end) {
		b.t.Fatalf("wants the end %d, hears %v, %v", code, m, err)
	}
	if end.Code != code || len(end.Text) > 123 {
		b.t.Fatalf("wants %d, ends with %d %q", code, end.Code, end.Text)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
