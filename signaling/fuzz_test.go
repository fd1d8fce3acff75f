package signaling_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"socialdirect/signaling"
)

// dotted finds IPv4 addresses that are neither the relay's nor nobody's.
var dotted = regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)

func foreign(text string) []string {
	var found []string
	for _, a := range dotted.FindAllString(text, -1) {
		if a != "0.0.0.0" && a != "203.0.113.9" {
			found = append(found, a)
		}
	}
	return found
}

// Whatever a browser sends: what is passed on is JSON of a known type, with its sender, and
// names no address but a relay's (R25).
func FuzzMessage(f *testing.F) {
	for _, said := range []string{
		`{"type":"description","to":"P2","description":{"type":"offer","sdp":"v=0\r\no=- 1 2 IN IP4 198.51.100.7\r\nc=IN IP4 198.51.100.7\r\na=` + relayed + `\r\n"}}`,
		`{"type":"candidate","to":"P2","candidate":{"candidate":"` + relayed + `","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"abcd"}}`,
		`{"type":"candidate","to":"P2","candidate":null}`, `{"type":"state","audio":true,"video":false,"screen":false}`,
		`{"type":"commit","to":"P2","hash":"Zm9v"}`, `{"type":"reveal","to":"P2","nonce":"YmFy"}`, `{"type":"admit","id":"P1"}`, `{"type":"leave"}`,
		strings.Repeat(`{"type":`, 1000), `{"type":"description","to":"P2","description":{"type":"offer","sdp":"a=x:198.51.100.7\u2028a=y:2001:db8::7"}}`,
	} {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		if strings.Contains(string(said), `"leave"`) || strings.Contains(string(said), `"admit"`) {
			return // never passed on
		}
		out, err := signaling.PassOn(said)
		if err != nil || out == "" {
			return
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(out), &m); err != nil || m["from"] != "P1" {
			t.Fatalf("passed on: %s (%v)", out, err)
		}
		if found := foreign(out); len(found) > 0 {
			t.Errorf("%v passed on: %s", found, out)
		}
	})
}

// A candidate that is passed on is at a relay of the deployment, and its related address is
// nobody's.
func FuzzCandidate(f *testing.F) {
	for _, line := range []string{relayed, hidden, "candidate:1 1 udp 7 2001:db8::9 50000 typ relay", "candidate:1 1 tcp 7 203.0.113.9 9 typ relay tcptype active", "candidate:1 1 udp 7 198.51.100.7 5 typ host"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		out, ok := signaling.RelayOnlyCandidate(line)
		if !ok {
			return
		}
		if found := foreign(out); len(found) > 0 || !strings.Contains(out, " typ relay raddr ") || !strings.Contains(out, " rport 9") {
			t.Errorf("passed on: %q of %q", out, line)
		}
		if again, ok := signaling.RelayOnlyCandidate(out); !ok || again != out {
			t.Errorf("%q is changed once more to %q, %v", out, again, ok)
		}
	})
}
