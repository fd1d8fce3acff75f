package signaling_test

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"socialdirect/signaling"

	"github.com/google/uuid"
)

// trialServers returns the relays of the person and of the echo.
func trialServers(t *testing.T, trial *signaling.Trial) (person, echo signaling.ICEServer) {
	t.Helper()
	welcome := decoded[struct {
		ICEServers []signaling.ICEServer `json:"ice_servers"`
	}](t, trial.Welcome("Écho", time.Now()))
	return welcome.ICEServers[0], trial.EchoServers()[0]
}

// The two of a trial exchange packets with each other, and with nobody else.
func TestR27_ATrialHasPortsOfItsOwnUntilItEnds(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	trial, other := signaling.NewTrial(r, time.Minute), signaling.NewTrial(r, time.Minute)
	person, echo := trialServers(t, trial)
	stranger, _ := trialServers(t, other)
	if person.URLs[0] != r.URL() || !strings.Contains(echo.URLs[0], relayAddress(r)) || userOf(person) == userOf(echo) {
		t.Errorf("the person has %v, the echo %v", person, echo)
	}
	one, two, third := allocate(t, client(t, r, person)), allocate(t, client(t, r, echo)), allocate(t, client(t, r, stranger))
	_, err := two.WriteTo([]byte("open"), one.LocalAddr()) // permits what comes from there
	must(t, err)
	for _, from := range []net.PacketConn{third, one} {
		_, err = from.WriteTo([]byte("hello"), two.LocalAddr())
		must(t, err)
	}
	buffer := make([]byte, 100)
	must(t, two.SetReadDeadline(time.Now().Add(patience)))
	n, from, err := two.ReadFrom(buffer)
	if err != nil || string(buffer[:n]) != "hello" || from.String() != one.LocalAddr().String() {
		t.Errorf("%q from %v, %v", buffer[:n], from, err)
	}
	trial.End()
	if n := r.OpenPorts(); n != 1 {
		t.Errorf("%d ports are open, want that of the other trial", n)
	}
	if port, err := client(t, r, person).Allocate(); err == nil {
		_ = port.Close()
		t.Error("the credentials outlive the trial")
	}
	other.End()
}

func TestR27_ATrialIsOverByItself(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := startRelay(t, c.now)
	person, _ := trialServers(t, signaling.NewTrial(r, time.Minute))
	if lasts := expiryOf(t, person).Sub(c.now()); lasts > time.Minute {
		t.Errorf("the credentials last %s", lasts)
	}
	c.passes(time.Minute)
	if port, err := client(t, r, person).Allocate(); err == nil {
		_ = port.Close()
		t.Error("the credentials outlive the minute")
	}
}

// The rounds of calls end what belongs to no session and no appointment; a trial has neither.
func TestR27_TheRoundsOfCallsLeaveATrialAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	trial := signaling.NewTrial(w.relay, time.Minute)
	person, _ := trialServers(t, trial)
	call := w.relay.Credentials("P1", uuid.New(), w.DB.Now().Add(time.Hour))
	allocate(t, client(t, w.relay, person))
	allocate(t, client(t, w.relay, call))
	w.join(t, w.nadia).wants("welcome")
	eventually(t, "the call of nobody is ended, and the trial goes on", func() bool { return w.relay.OpenPorts() == 1 })
	allocate(t, client(t, w.relay, person))
	trial.End()
}

func TestR25_R27_MessagesOfATrialPassTheFilterBothWays(t *testing.T) {
	t.Parallel()
	trial := signaling.NewTrial(startRelay(t, time.Now), time.Minute)
	candidate := func(to, kind string) []byte {
		return fmt.Appendf(nil, `{"type":"candidate","to":%q,"candidate":{"candidate":"candidate:1 1 udp 1 127.0.0.1 50000 typ %s raddr 192.0.2.7 rport 4","sdpMid":"0"}}`, to, kind)
	}
	for name, pass := range map[string]func([]byte) ([]byte, error){
		"to the echo": func(data []byte) ([]byte, error) { passed, _, err := trial.Said(data); return passed, err },
		"to the person": func(data []byte) ([]byte, error) {
			passed, err := trial.Answered([]byte(strings.Replace(string(data), `"echo"`, `"P1"`, 1)))
			return passed, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			passed, err := pass(candidate("echo", "relay"))
			if err != nil || !json.Valid(passed) || !strings.Contains(string(passed), "typ relay raddr 0.0.0.0 rport 9") || strings.Contains(string(passed), "192.0.2.7") {
				t.Errorf("%s, %v", passed, err)
			}
			for what, data := range map[string][]byte{
				"a host": candidate("echo", "host"), "the public address": candidate("echo", "srflx"), "a state": []byte(`{"type":"state","audio":true,"video":true,"screen":true}`),
			} {
				if passed, err := pass(data); passed != nil || err != nil {
					t.Errorf("%s passes: %s, %v", what, passed, err)
				}
			}
			sdp := "v=0\\r\\nc=IN IP4 192.0.2.7\\r\\na=candidate:1 1 udp 1 192.0.2.7 5 typ host\\r\\n"
			passed, err = pass([]byte(`{"type":"description","to":"echo","description":{"type":"answer","sdp":"` + sdp + `"}}`))
			if err != nil || strings.Contains(string(passed), "192.0.2.7") || !strings.Contains(string(passed), "c=IN IP4 0.0.0.0") {
				t.Errorf("%s, %v", passed, err)
			}
			if _, err := pass([]byte(`{"type":"record"}`)); err == nil {
				t.Error("an unknown message passes")
			}
		})
	}
	if passed, left, err := trial.Said(candidate("P2", "relay")); passed != nil || left || err != nil {
		t.Errorf("a message to nobody: %s, %t, %v", passed, left, err)
	}
	if _, left, err := trial.Said([]byte(`{"type":"leave"}`)); !left || err != nil {
		t.Errorf("leaving: %t, %v", left, err)
	}
	if _, _, err := trial.Said([]byte(`{"type":"admit","id":"echo"}`)); err == nil {
		t.Error("somebody admits the echo")
	}
}
