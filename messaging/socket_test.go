package messaging_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"

	"github.com/gorilla/websocket"
)

// soon is the timeout of waits in tests.
const soon = 10 * time.Second

func (s *site) dial(t *testing.T, as string, origin ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	header := http.Header{"As": {as}}
	if len(origin) > 0 {
		header["Origin"] = origin
	}
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(s.URL, "http", "ws", 1)+"/messages/ws", header)
	if err == nil {
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(soon))
	}
	return conn, res, err
}

func (s *site) mustDial(t *testing.T, as string) *websocket.Conn {
	t.Helper()
	conn, _, err := s.dial(t, as, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func wantClose(t *testing.T, conn *websocket.Conn, code int) {
	t.Helper()
	_, text, err := conn.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != code {
		t.Errorf("got %q, %v, want close code %d", text, err, code)
	}
}

func TestR28_OpenPagesAreNotifiedOfAMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	zoe, again := s.mustDial(t, "Zoé"), s.mustDial(t, "Zoé")
	res, body := s.post(t, "Nadia", "bonjour")
	wantSent(t, s, res, body)
	for _, conn := range []*websocket.Conn{zoe, again} {
		if _, text, err := conn.ReadMessage(); err != nil || string(text) != `{"type":"message","conversation":"`+s.conversation.String()+`"}` {
			t.Errorf("%q, %v", text, err)
		}
	}
}

func TestR28_PagesAreNotifiedOfTheirOwnConversationsOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ali := s.Beneficiary(t, "Ali", "Ben")
	s.others = append(s.others, ali)
	s.Book(t, ali, s.nadia, bookingtest.Start.Add(52*time.Hour), slot.Video)
	theirs := appointment.ConversationID(ali.ID, s.nadia.ID)
	conn := s.mustDial(t, "Ali")
	s.mustSend(t, s.zoe, "pour Nadia, de Zoé")
	s.conversation = theirs
	s.mustSend(t, ali, "pour Nadia, d’Ali")
	if _, text, err := conn.ReadMessage(); err != nil || !strings.Contains(string(text), theirs.String()) {
		t.Errorf("first received %q, %v", text, err)
	}
}

func TestR28_SocketsOfOtherOriginsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, origin := range [][]string{nil, {"https://ailleurs.example"}, {"null"}, {""}, {s.URL + ".ailleurs.example"}, {"file://"},
		{strings.Replace(s.URL, "http:", "https:", 1)}, {strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}, {s.URL + "/"}, {s.URL, "https://ailleurs.example"}} {
		if _, res, err := s.dial(t, "Zoé", origin...); err == nil || res.StatusCode != 403 {
			t.Errorf("origin %q: %v", origin, err)
		}
	}
}

func TestR28_ASocketEndsWithItsSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.pages.SetRecheck(20 * time.Millisecond)
	conn := s.mustDial(t, "Zoé")
	if err := s.Accounts.Sessions.SignOut(t.Context(), s.zoe); err != nil {
		t.Fatal(err)
	}
	wantClose(t, conn, 4401)
}

func TestR7_SocketsEndHoweverTheirSessionEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"revoked":   `delete from sessions where account_id = $1`,
		"suspended": `update accounts set suspended_at = now() where id = $1`,
		"closed":    `update accounts set closed_at = now() where id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil)
			s.pages.SetRecheck(20 * time.Millisecond)
			ali := s.Beneficiary(t, "Ali", "Ben")
			s.others = append(s.others, ali)
			zoe, other := s.mustDial(t, "Zoé"), s.mustDial(t, "Ali")
			if _, err := s.DB.Pool.Exec(t.Context(), end, s.zoe.ID); err != nil {
				t.Fatal(err)
			}
			wantClose(t, zoe, 4401)
			s.Book(t, ali, s.nadia, bookingtest.Start.Add(52*time.Hour), slot.Video)
			s.conversation = appointment.ConversationID(ali.ID, s.nadia.ID)
			s.mustSend(t, s.nadia, "bonjour")
			if _, text, err := other.ReadMessage(); err != nil || !strings.Contains(string(text), s.conversation.String()) {
				t.Errorf("somebody else's receives %q, %v", text, err)
			}
		})
	}
}

// However many pages are open, each round makes one query.
func TestR7_IdleSocketsShareOneQueryPerRound(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	var made atomic.Int64
	s.pages.CountRounds(50*time.Millisecond, &made)
	for i := range 4 {
		someone := s.Beneficiary(t, "Ali", "Ben"+strings.Repeat("a", i))
		someone.Name = "Ali" + strings.Repeat("a", i)
		s.others = append(s.others, someone)
		for range 10 {
			s.mustDial(t, someone.Name)
		}
	}
	const rounds = 10
	first := made.Load()
	before := s.DB.Pool.Stat().AcquireCount()
	for deadline := time.Now().Add(soon); made.Load()-first < rounds; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d rounds", made.Load()-first)
		}
	}
	if asked, most := s.DB.Pool.Stat().AcquireCount()-before, made.Load()-first+1; asked > most {
		t.Errorf("40 sockets made %d queries in %d rounds", asked, most)
	}
}

func TestR28_ASignedOutPageReceivesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	conn := s.mustDial(t, "Zoé")
	if err := s.Accounts.Sessions.SignOut(t.Context(), s.zoe); err != nil {
		t.Fatal(err)
	}
	s.mustSend(t, s.nadia, "bonjour")
	wantClose(t, conn, 4401)
}

func TestR28_SocketsAcceptNoMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	talking := s.mustDial(t, "Zoé")
	if err := talking.WriteMessage(websocket.TextMessage, []byte(`{"type":"unknown"}`)); err != nil {
		t.Fatal(err)
	}
	wantClose(t, talking, websocket.ClosePolicyViolation)
	shouting := s.mustDial(t, "Zoé")
	_ = shouting.WriteMessage(websocket.TextMessage, make([]byte, 1_000_000)) // the server may close it midway
	if _, _, err := shouting.ReadMessage(); err == nil {
		t.Error("still open after a frame of 1 MB")
	}
}

func TestR28_SocketsCloseWithTheServer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	conn := s.mustDial(t, "Zoé")
	s.pages.Close()
	wantClose(t, conn, websocket.CloseServiceRestart)
	if _, res, err := s.dial(t, "Zoé", s.URL); err == nil || res.StatusCode != 503 {
		t.Errorf("opened while the server closes: %v", err)
	}
}

func TestR28_TheOldestSocketIsClosedBeyondTheLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ali := s.Beneficiary(t, "Ali", "Ben")
	s.others = append(s.others, ali)
	s.Book(t, ali, s.nadia, bookingtest.Start.Add(52*time.Hour), slot.Video)
	open, another := []*websocket.Conn{s.mustDial(t, "Zoé")}, s.mustDial(t, "Ali")
	for range 10 {
		open = append(open, s.mustDial(t, "Zoé"))
	}
	wantClose(t, open[0], 4409)
	s.mustSend(t, s.zoe, "bonjour")
	s.conversation = appointment.ConversationID(ali.ID, s.nadia.ID)
	s.mustSend(t, ali, "bonjour")
	for i, conn := range append(open[1:], another) {
		if _, text, err := conn.ReadMessage(); err != nil {
			t.Errorf("socket %d received %q, %v", i, text, err)
		}
	}
}
