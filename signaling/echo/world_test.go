package echo_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"
	"socialdirect/signaling/echo"
	"socialdirect/web"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

var must, want = bookingtest.Must, bookingtest.WantFault

func TestMain(m *testing.M) {
	// A test binary that runs alone starts a cluster that lives as long as the binary.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("socialdirect/internal/embedded.startChild.func1"))
}

// patience is the timeout of every wait for something that should come at once.
const patience = 20 * time.Second

// world is the relay and the echo behind a server at which a header names the viewer.
type world struct {
	*bookingtest.World
	relay  *signaling.Relay
	tests  *echo.Service
	server *httptest.Server
	people []*viewer.Viewer // who may be named
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: bookingtest.New(t)}
	relay, err := signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret of the test's own"})
	must(t, err)
	t.Cleanup(func() { must(t, relay.Close()) })
	w.relay = relay
	w.tests, err = echo.New(echo.Parts{DB: w.DB, Limits: w.Accounts.Limits, Bookings: w.Bookings, Appointments: w.Appointments, Relay: relay})
	must(t, err)
	w.tests.RecheckEvery(20 * time.Millisecond)
	w.serve(t)
	return w
}

func (w *world) serve(t *testing.T) {
	t.Helper()
	render, err := web.New(web.Phone{Display: "01 02 03 04 05", Href: "tel:+33102030405"})
	must(t, err)
	mux := http.NewServeMux()
	w.server = httptest.NewServer(mux)
	mux.Handle("GET /static/", render.Static())
	for _, route := range echo.NewHTTP(w.tests, render, w.server.URL).Routes() {
		mux.Handle(route.Method+" "+route.Path, w.answered(render, route.Handler))
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.tests.Close(ctx); err != nil {
			t.Errorf("tests do not end: %v", err)
		}
		w.server.Close()
	})
}

// answered does what the server does with a viewer and with an error.
func (w *world) answered(render *web.Renderer, handler web.Handler) http.Handler {
	statuses := map[fault.Code]int{fault.Forbidden: 403, fault.NotFound: 404, fault.Invalid: 422, fault.Throttled: 429, fault.Unavailable: 503}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		request := &web.Request{Request: r}
		for _, v := range w.people {
			if v.ID.String() == r.Header.Get("Viewer") {
				request.Viewer = v
			}
		}
		err := handler(rw, request)
		if err == nil {
			return
		}
		f := fault.From(err)
		if page, ok := f.Page.(web.Page); ok {
			err = render.Render(rw, request, statuses[f.Code], page)
		}
		if err != nil {
			http.Error(rw, f.Message, statuses[f.Code])
		}
	})
}

// get returns a page as v sees it.
func (w *world) get(t *testing.T, v *viewer.Viewer, path string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+path, nil)
	must(t, err)
	if v != nil {
		r.Header.Set("Viewer", v.ID.String())
	}
	return w.send(t, r)
}

// post sends a form of somebody whose browser is a Firefox.
func (w *world) post(t *testing.T, path string, fields url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+path, strings.NewReader(fields.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0")
	return w.send(t, r)
}

func (w *world) send(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	answer, err := w.server.Client().Do(r)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(body)
}

// dial opens a socket as a page of origin does; the status is that of the response.
func (w *world) dial(t *testing.T, origin string) (*person, int, error) {
	t.Helper()
	conn, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http")+"/test-appel/ws", http.Header{"Origin": {origin}})
	if err != nil {
		return nil, response.StatusCode, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &person{t: t, conn: conn}, response.StatusCode, nil
}

// join begins a test, and reads its welcome.
func (w *world) join(t *testing.T) *person {
	t.Helper()
	p, status, err := w.dial(t, w.server.URL)
	if err != nil {
		t.Fatalf("%d %v", status, err)
	}
	must(t, json.Unmarshal(p.hears("welcome"), &p.welcome))
	return p
}

// person is a browser that tests a call.
type person struct {
	t       *testing.T
	conn    *websocket.Conn
	welcome struct {
		Self         string                `json:"self"`
		Participants []map[string]string   `json:"participants"`
		ICEServers   []signaling.ICEServer `json:"ice_servers"`
		Policy       string                `json:"ice_transport_policy"`
		ClosesAt     time.Time             `json:"closes_at"`
	}
}

func (p *person) say(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// hears returns the next message of that type.
func (p *person) hears(kind string) []byte {
	p.t.Helper()
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(patience))
		_, data, err := p.conn.ReadMessage()
		if err != nil {
			p.t.Fatalf("wants %s: %v", kind, err)
		}
		var m struct{ Type string }
		must(p.t, json.Unmarshal(data, &m))
		if m.Type == kind {
			return data
		}
	}
}

// closed fails the test unless the connection ends with the given code, whatever comes before.
func (p *person) closed(code int) {
	p.t.Helper()
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(patience))
		_, _, err := p.conn.ReadMessage()
		var end *websocket.CloseError
		switch {
		case err == nil:
			continue
		case !errors.As(err, &end):
			p.t.Errorf("wants the end %d: %v", code, err)
		case end.Code != code || len(end.Text) > 123:
			p.t.Errorf("wants %d, ends with %d %q", code, end.Code, end.Text)
		}
		return
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
