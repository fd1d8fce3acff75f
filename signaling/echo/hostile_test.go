package echo_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

func onePacket() *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 9000}, Payload: []byte(payload)}
}

// candidateLine is one that the filter lets through.
const candidateLine = `{"type":"candidate","to":"echo","candidate":{"candidate":"candidate:1 1 udp 1 127.0.0.1 %d typ relay raddr 0.0.0.0 rport 9","sdpMid":"0","sdpMLineIndex":0}}`

func described(kind, sdp string) string {
	text, _ := json.Marshal(map[string]any{"type": "description", "to": "echo", "description": map[string]string{"type": kind, "sdp": sdp}}) // maps of texts
	return string(text)
}

func TestR27_BadInputEndsTheTestWithItsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := `{"type":"state","audio":true,"video":true,"screen":false}`
	cases := map[string]struct {
		said string
		code int
	}{
		"nothing":               {"", 1008},
		"no JSON":               {"hello", 1008},
		"an array":              {"[]", 1008},
		"nested":                {strings.Repeat("[", 20_000), 1008},
		"no type":               {"{}", 1008},
		"an unknown type":       {`{"type":"record"}`, 1008},
		"admitting":             {`{"type":"admit","id":"echo"}`, 1008},
		"a description of none": {`{"type":"description","to":"echo"}`, 1008},
		"an unknown kind":       {described("question", "v=0"), 1008},
		"no description":        {described("answer", "x"), 1008},
		"an empty answer":       {described("answer", ""), 1008},
		"hostile lines":         {described("answer", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"+strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 900)), 1008},
		"a rollback":            {described("rollback", ""), 1008},
		"a long description":    {described("answer", strings.Repeat("a", 33<<10)), 1009},
		"a long frame":          {`{"type":"` + strings.Repeat("a", 65<<10) + `"}`, 1009},
		"a wrong candidate":     {`{"type":"candidate","to":"echo","candidate":7}`, 1008},
	}
	for i := range len(state) {
		cases[fmt.Sprintf("cut after %d", i)] = struct {
			said string
			code int
		}{state[:i], 1008}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := w.tolerated(t)
			p.say(c.said)
			p.closed(c.code)
		})
	}
	p := w.tolerated(t)
	must(t, p.conn.WriteMessage(websocket.BinaryMessage, []byte(state)))
	p.closed(1008)
}

// tolerated begins a test in an hour of its own, so that many can follow one another.
func (w *world) tolerated(t *testing.T) *person {
	t.Helper()
	eventually(t, "the tests before are over", func() bool { all, _ := w.tests.Crowd(); return all == 0 })
	_, err := w.DB.Pool.Exec(t.Context(), `delete from throttles`)
	must(t, err)
	return w.join(t)
}

func TestR27_ManyCandidatesAndDescriptionsEndTheTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join(t)
	for i := range maxCandidates {
		p.say(fmt.Sprintf(candidateLine, 50_000+i))
	}
	for range 20 { // of no use, and harmless: nothing of them is left, or they are for nobody
		p.say(`{"type":"candidate","to":"echo","candidate":{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}}`)
		p.say(strings.Replace(fmt.Sprintf(candidateLine, 1), `"echo"`, `"P2"`, 1))
		p.say(`{"type":"state","audio":true,"video":true,"screen":false}`)
	}
	p.say(fmt.Sprintf(candidateLine, 1))
	p.closed(1008)

	q := w.join(t)
	for range maxDescriptions + 1 { // an offer gives way to the echo's
		q.say(described("offer", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"))
	}
	q.closed(1008)

	c := w.call(t, webrtc.ICETransportPolicyRelay, both)
	c.speak(5)
	c.send(wire{Type: "description", To: "echo", Description: &webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: c.pc.LocalDescription().SDP + strings.Repeat("a=candidate:1 1 udp 1 127.0.0.1 9 typ relay raddr 0.0.0.0 rport 9\r\n", 100)}})
	eventually(t, "the flood ends the test", func() bool {
		select {
		case <-c.read:
			return true
		default:
			return false
		}
	})
}

func FuzzR27_NoMessageBreaksTheFilter(f *testing.F) {
	for _, said := range []string{`{"type":"leave"}`, fmt.Sprintf(candidateLine, 1), described("answer", "v=0\r\n"), `{"type":"candidate","to":"echo","candidate":null}`, `{"type":"commit","to":"echo","hash":"x"}`, "\x00"} {
		f.Add([]byte(said))
	}
	trial := newTrial(f)
	f.Fuzz(func(t *testing.T, said []byte) {
		passed, left, err := trial.Said(said)
		if left && passed != nil || err != nil && passed != nil {
			t.Errorf("%q: %q, %t, %v", said, passed, left, err)
		}
		if strings.Contains(string(passed), " typ host") {
			t.Errorf("an address passes: %q", passed)
		}
	})
}
