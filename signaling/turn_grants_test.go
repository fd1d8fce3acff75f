package signaling_test

import (
	"encoding/hex"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"

	"github.com/google/uuid"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// clock is a clock that the test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Now().UnixNano())
	return c
}

func (c *clock) now() time.Time         { return time.Unix(0, c.at.Load()) }
func (c *clock) passes(d time.Duration) { c.at.Add(int64(d)) }

func TestR10_RelayUserNamesRevealNeitherCallNorPerson(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := startRelay(t, c.now)
	call, opaque := uuid.New(), regexp.MustCompile(`^\d+:[A-Za-z0-9_-]{22}$`)
	seen := map[string]bool{}
	for _, of := range []uuid.UUID{call, uuid.New()} {
		for _, participant := range []string{"participant-1", "participant-2"} {
			for _, session := range []string{"session-one", "session-two"} {
				got := r.CredentialsIn(participant, of, session, c.now().Add(time.Hour))
				raw := of[:]
				for _, told := range []string{of.String(), hex.EncodeToString(raw), string(raw), participant, session} {
					if strings.Contains(strings.ToLower(got.Username), strings.ToLower(told)) {
						t.Errorf("%s reveals %q", got.Username, told)
					}
				}
				if !opaque.MatchString(got.Username) || seen[userOf(got)] {
					t.Errorf("username %q", got.Username)
				}
				seen[userOf(got)] = true
			}
		}
	}
	first := r.Credentials("P1", call, c.now().Add(time.Hour))
	c.passes(6 * time.Minute)
	if renewed := r.Credentials("P1", call, c.now().Add(time.Hour)); userOf(renewed) != userOf(first) || renewed.Username == first.Username {
		t.Errorf("renewed as %s after %s", renewed.Username, first.Username)
	}
}

func TestR44_CredentialsLastTenMinutesOrUntilTheCallCloses(t *testing.T) {
	t.Parallel()
	c := newClock()
	r, call := startRelay(t, c.now), uuid.New()
	closes := c.now().Add(27 * time.Minute)
	first := r.Credentials("P1", call, closes)
	if lasts := expiryOf(t, first).Sub(c.now()); lasts > signaling.CredentialsLast || lasts < signaling.CredentialsLast-time.Second {
		t.Errorf("they last %s", lasts)
	}
	c.passes(4*time.Minute + 58*time.Second)
	if again := r.Credentials("P1", call, closes); again.Username != first.Username {
		t.Errorf("%s is replaced by %s, though half of it is left", first.Username, again.Username)
	}
	for range 3 {
		c.passes(6 * time.Minute)
		if left := expiryOf(t, r.Credentials("P1", call, closes)).Sub(c.now()); left < time.Minute {
			t.Errorf("the issued credentials are valid for %s only", left)
		}
	}
	if last := r.Credentials("P1", call, closes); expiryOf(t, last).After(closes) {
		t.Errorf("%s is valid after the call closes", last.Username)
	}
}

// Browsers refresh their ports with the credentials of the allocation.
func TestR44_ACallContinuesAfterItsFirstCredentialsExpire(t *testing.T) {
	t.Parallel()
	c := newClock()
	r, call := startRelay(t, c.now), uuid.New()
	closes := c.now().Add(time.Hour)
	mine := r.Credentials("P1", call, closes)
	one, two := client(t, r, mine), client(t, r, r.Credentials("P2", call, closes))
	portOne, portTwo := allocate(t, one), allocate(t, two)
	raw := newStranger(t, r, mine)
	raw.wants(stun.ClassSuccessResponse, stun.MethodAllocate, requestedUDP)

	c.passes(11 * time.Minute)
	if _, err := client(t, r, mine).Allocate(); err == nil {
		t.Error("a port was allocated with expired credentials")
	}
	raw.wants(stun.ClassSuccessResponse, stun.MethodRefresh, lifetime(600))
	permit(t, one, portTwo)
	permit(t, two, portOne)
	mustWrite(t, portOne, "still here", portTwo.LocalAddr())
	if text, _ := mustRead(t, portTwo); text != "still here" {
		t.Errorf("received %q", text)
	}
	renewed := r.Credentials("P1", call, closes)
	allocate(t, client(t, r, renewed)) // after a lost connection
	raw.credentials = renewed
	raw.wants(stun.ClassSuccessResponse, stun.MethodRefresh, lifetime(600))

	r.End(renewed)
	raw.wants(stun.ClassErrorResponse, stun.MethodRefresh, lifetime(600))
	if err := one.CreatePermission(portTwo.LocalAddr()); err == nil {
		t.Error("a permission was granted after the end")
	}
	if open := r.OpenPorts(); open != 1 {
		t.Errorf("%d ports are open, P2's alone should be", open)
	}
}

func TestR44_SessionsOfOneParticipantShareAQuotaOfPorts(t *testing.T) {
	t.Parallel()
	r, call := startRelay(t, time.Now), uuid.New()
	phone, computer := r.CredentialsIn("P1", call, "phone", inAnHour()), r.CredentialsIn("P1", call, "computer", inAnHour())
	for i := range signaling.MaxAllocations {
		allocate(t, client(t, r, []signaling.ICEServer{phone, computer}[i%2]))
	}
	for _, c := range []signaling.ICEServer{phone, computer} {
		t.Run(c.Username, func(t *testing.T) {
			if _, err := client(t, r, c).Allocate(); err == nil || !strings.Contains(err.Error(), "486") {
				t.Errorf("one port too many: %v", err)
			}
		})
	}
	r.End(phone)
	if open := r.OpenPorts(); open != signaling.MaxAllocations/2 {
		t.Errorf("%d ports of the other session remain", open)
	}
	allocate(t, client(t, r, computer))
}

// A person's ports at the relay close when the session or the call ends, whether their page
// has a socket or not.
func TestR24_PortsAtTheRelayCloseWithTheSessionOrTheCall(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world) error{
		"signed out": func(w *world) error { return w.Accounts.Sessions.SignOut(t.Context(), w.zoe) },
		"cancelled": func(w *world) error {
			_, err := w.Bookings.Cancel(t.Context(), w.zoe, w.appointment.ID, "")
			return err
		},
		"doors closed": func(w *world) error {
			w.SetNow(w.appointment.EndsAt.Add(appointment.Doors))
			return nil
		},
		"erased": func(w *world) error {
			_, err := w.DB.Pool.Exec(t.Context(), `delete from sessions where account_id = $1`, w.zoe.ID)
			return err
		},
		"suspended": func(w *world) error {
			_, err := w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, w.zoe.ID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.SetNow(w.appointment.StartsAt.Add(-10 * time.Minute))
			page := w.pageServers(t, w.zoe)
			holder := client(t, w.relay, page)
			allocate(t, holder)
			w.SetNow(w.appointment.StartsAt.Add(-9 * time.Minute))
			if open := w.relay.OpenPorts(); open != 1 {
				t.Fatalf("%d ports are open", open)
			}
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the port's end", func() bool { return w.relay.OpenPorts() == 0 })
			if port, err := client(t, w.relay, page).Allocate(); err == nil {
				_ = port.Close()
				t.Error("another port was allocated")
			}
		})
	}
}

// pageServers returns the credentials in v's call page.
func (w *world) pageServers(t *testing.T, v *viewer.Viewer) signaling.ICEServer {
	t.Helper()
	status, page := w.page(t, v, w.appointment)
	found := iceServers.FindStringSubmatch(page)
	if status != 200 || found == nil {
		t.Fatalf("%d\n%s", status, page)
	}
	return decodedText[[]signaling.ICEServer](t, found[1])[0]
}

func TestR44_CredentialsAreRenewedInTheWaitingRoomToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.pageServers(t, w.zoe)
	nadia := w.join(t, w.nadia)
	welcomed := decoded[[]signaling.ICEServer](t, nadia.wants("welcome")["ice_servers"])[0]
	zoe := w.join(t, w.zoe)
	zoe.wants("waiting")
	nadia.wants("knocking")
	var renewed signaling.ICEServer
	for minutes := 6; minutes <= 18; minutes += 6 {
		w.SetNow(w.appointment.StartsAt.Add(time.Duration(minutes) * time.Minute))
		renewed = decoded[[]signaling.ICEServer](t, zoe.wants("ice")["ice_servers"])[0]
		if lasts := expiryOf(t, renewed).Sub(w.DB.Now()); lasts < 9*time.Minute || userOf(renewed) != userOf(before) {
			t.Errorf("%s after %s lasts %s", renewed.Username, before.Username, lasts)
		}
		inside := decoded[[]signaling.ICEServer](t, nadia.wants("ice")["ice_servers"])[0]
		if userOf(inside) != userOf(welcomed) || inside.Username == welcomed.Username {
			t.Errorf("inside: %s after %s", inside.Username, welcomed.Username)
		}
	}
	if page := w.pageServers(t, w.zoe); page.Username != renewed.Username {
		t.Errorf("the page contains %s, not %s", page.Username, renewed.Username)
	}
	nadia.say(`{"type":"admit","id":"P1"}`)
	if got := decoded[[]signaling.ICEServer](t, zoe.wants("welcome")["ice_servers"])[0]; got.Username != renewed.Username {
		t.Errorf("the welcome contains %s, not %s", got.Username, renewed.Username)
	}
	allocate(t, client(t, w.relay, renewed))
}

// stranger sends single messages to the relay.
type stranger struct {
	t           *testing.T
	conn        net.Conn
	credentials signaling.ICEServer
	realm       stun.Realm
	nonce       stun.Nonce
}

func newStranger(t *testing.T, r *signaling.Relay, c signaling.ICEServer) *stranger {
	t.Helper()
	return newStrangerAt(t, relayAddress(r), c)
}

func newStrangerAt(t *testing.T, relay string, c signaling.ICEServer) *stranger {
	t.Helper()
	conn, err := net.Dial("udp", relay)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	s := &stranger{t: t, conn: conn, credentials: c}
	challenge := s.answer(stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), requestedUDP))
	must(t, s.realm.GetFrom(challenge))
	must(t, s.nonce.GetFrom(challenge))
	return s
}

func (s *stranger) answer(m *stun.Message) *stun.Message {
	s.t.Helper()
	_, err := s.conn.Write(m.Raw)
	must(s.t, err)
	must(s.t, s.conn.SetReadDeadline(time.Now().Add(patience)))
	buffer := make([]byte, 1500)
	n, err := s.conn.Read(buffer)
	must(s.t, err)
	got := &stun.Message{Raw: buffer[:n]}
	must(s.t, got.Decode())
	return got
}

// asks sends an authenticated request and returns the class of the answer, with its error.
func (s *stranger) asks(method stun.Method, what ...stun.Setter) (stun.MessageClass, stun.ErrorCode) {
	s.t.Helper()
	key := turn.GenerateAuthKey(s.credentials.Username, s.realm.String(), s.credentials.Credential)
	said := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, what...)
	got := s.answer(stun.MustBuild(append(said, stun.NewUsername(s.credentials.Username), s.realm, s.nonce, stun.MessageIntegrity(key))...))
	var code stun.ErrorCodeAttribute
	_ = code.GetFrom(got) // a success has none
	return got.Type.Class, code.Code
}

func (s *stranger) wants(class stun.MessageClass, method stun.Method, what ...stun.Setter) {
	s.t.Helper()
	if got, code := s.asks(method, what...); got != class {
		s.t.Errorf("%s: %s %d, want %s", method, got, code, class)
	}
}

// requestedUDP requests a UDP port (RFC 8656, 14.7).
var requestedUDP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{17, 0, 0, 0}}

// lifetime requests that many seconds (RFC 8656, 14.2).
func lifetime(seconds uint16) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrLifetime, Value: []byte{0, 0, byte(seconds >> 8), byte(seconds)}}
}
