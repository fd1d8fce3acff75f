package signaling_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"socialdirect/signaling"

	"github.com/pion/ice/v4"
	"github.com/pion/sdp/v3"
	"pgregory.net/rapid"
)

const relayed = "candidate:1 1 udp 41885439 203.0.113.9 50000 typ relay raddr 198.51.100.7 rport 61000 generation 0 ufrag abcd network-cost 999"

// hidden is what remains of relayed.
const hidden = "candidate:1 1 udp 41885439 203.0.113.9 50000 typ relay raddr 0.0.0.0 rport 9 generation 0 ufrag abcd network-cost 999"

// A relayed candidate must have a related address right after the type (Firefox ignores one
// without), and it must not be real.
func TestR25_RelatedAddressOfARelayedCandidateIsRewritten(t *testing.T) {
	t.Parallel()
	const four, six = "candidate:1 1 udp 7 203.0.113.9 50000 typ relay", "candidate:1 1 udp 7 2001:db8::9 50000 typ relay"
	for name, c := range map[string]struct{ in, want string }{
		"as Chromium writes it": {relayed, hidden},
		"rewritten once more":   {hidden, hidden},
		"bare":                  {four, four + " raddr 0.0.0.0 rport 9"},
		"bare with extensions":  {four + " generation 0 ufrag ab", four + " raddr 0.0.0.0 rport 9 generation 0 ufrag ab"},
		"address behind":        {four + " generation 0 raddr 10.0.0.1 rport 5", four + " raddr 0.0.0.0 rport 9 generation 0"},
		"two addresses":         {four + " raddr 10.0.0.1 rport 5 raddr 10.0.0.2 rport 6", four + " raddr 0.0.0.0 rport 9"},
		"address alone":         {four + " raddr 10.0.0.1", four + " raddr 0.0.0.0 rport 9"},
		"port alone":            {four + " rport 5", four + " raddr 0.0.0.0 rport 9"},
		"IPv4 behind IPv6":      {six + " raddr 10.0.0.1 rport 5", six + " raddr :: rport 9"},
		"IPv6":                  {six + " raddr 2001:db8::7 rport 5 generation 0", six + " raddr :: rport 9 generation 0"},
		"IPv6 bare":             {six, six + " raddr :: rport 9"},
		"IPv6 behind IPv4":      {four + " raddr 2001:db8::7 rport 5", four + " raddr 0.0.0.0 rport 9"},
		"over TCP":              {"candidate:1 1 tcp 7 203.0.113.9 9 typ relay raddr 10.0.0.1 rport 5 tcptype active", "candidate:1 1 tcp 7 203.0.113.9 9 typ relay raddr 0.0.0.0 rport 9 tcptype active"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := signaling.RelayOnlyCandidate(c.in); !ok || got != c.want {
				t.Errorf("got %q, %v, want %q", got, ok, c.want)
			}
			if read, err := ice.UnmarshalCandidate(c.want); err != nil || read.RelatedAddress() == nil || read.RelatedAddress().Port != 9 {
				t.Errorf("a browser would read %v: %v", read, err)
			}
			if got := signaling.RelayOnlySDP("a=" + c.in + "\r\n"); got != "a="+c.want+"\r\n" {
				t.Errorf("in a description: %q", got)
			}
		})
	}
}

func TestR25_OtherCandidatesAreDropped(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"host":              "candidate:1 1 udp 2122260223 192.168.1.7 61000 typ host",
		"mdns":              "candidate:1 1 udp 2122260223 0b9d8f1c-aaaa-4bbb-8ccc-123456789abc.local 61000 typ host",
		"server reflexive":  "candidate:1 1 udp 1686052607 198.51.100.7 61000 typ srflx raddr 192.168.1.7 rport 61000",
		"peer reflexive":    "candidate:1 1 udp 1686052607 198.51.100.7 61000 typ prflx raddr 192.168.1.7 rport 61000",
		"type in capitals":  "candidate:1 1 udp 1 203.0.113.9 50000 typ RELAY",
		"two types":         "candidate:1 1 udp 1 192.168.1.7 61000 typ host typ relay",
		"hidden type":       "candidate:1 1 udp 1 192.168.1.7 61000 generation 0 typ relay",
		"smuggled line":     relayed + "\r\na=candidate:1 1 udp 1 192.168.1.7 61000 typ host",
		"carriage return":   relayed + "\ra=candidate:1 1 udp 1 192.168.1.7 61000 typ host",
		"line separator":    relayed + "\u2028a=candidate:1 1 udp 1 192.168.1.7 61000 typ host",
		"null":              relayed + "\x00",
		"zone":              "candidate:1 1 udp 1 fe80::1%eth0 50000 typ relay",
		"name":              "candidate:1 1 udp 1 relay.example.org 50000 typ relay",
		"odd":               relayed + " raddr",
		"no port":           "candidate:1 1 udp 1 203.0.113.9 70000 typ relay",
		"address in a name": "candidate:192.168.1.7 1 udp 1 203.0.113.9 50000 typ relay",
		"without prefix":    strings.TrimPrefix(relayed, "candidate:"),
		"empty":             "",
		"no relay of ours":  "candidate:1 1 udp 1 203.0.113.10 50000 typ relay raddr 203.0.113.9 rport 9",
		"the machine":       "candidate:1 1 udp 1 127.0.0.1 50000 typ relay",
		"the network":       "candidate:1 1 udp 1 169.254.169.254 80 typ relay",
		"no IPv6 of ours":   "candidate:1 1 udp 1 2001:db8::a 50000 typ relay",
		"mapped":            "candidate:1 1 udp 1 ::ffff:203.0.113.10 50000 typ relay",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := signaling.RelayOnlyCandidate(line); ok {
				t.Errorf("passed as %q", got)
			}
		})
	}
}

// offer is a session description of a browser, with addresses in every place that can contain
// one.
const offer = "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 4611731400430051336 2 IN IP4 192.168.1.7\r\ns=-\r\nt=0 0\r\n" +
	"a=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n" +
	"a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\n" +
	"m=audio 61000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.168.1.7\r\na=rtcp:61001 IN IP4 192.168.1.7\r\n" +
	"a=candidate:1 1 udp 2122260223 192.168.1.7 61000 typ host generation 0\r\n" +
	"a=candidate:2 1 udp 1686052607 198.51.100.7 61000 typ srflx raddr 192.168.1.7 rport 61000\r\n" +
	"a=" + relayed + "\r\na=remote-candidates:1 192.168.1.7 61000\r\n" +
	"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=mid:0\r\n" +
	"a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendrecv\r\na=rtcp-mux\r\n" +
	"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=ssrc:123 cname:f00+/bar\r\n"

func TestR25_ADescriptionLosesItsAddressesAndNothingElse(t *testing.T) {
	t.Parallel()
	got := signaling.RelayOnlySDP(offer)
	for _, address := range []string{"192.168.1.7", "198.51.100.7", "61000", "remote-candidates"} {
		if strings.Contains(strings.ReplaceAll(got, "m=audio 61000 ", ""), address) {
			t.Errorf("%q is left in\n%s", address, got)
		}
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(got); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(offer) {
		if !strings.Contains(line, " IN IP4 ") && !strings.Contains(line, "IN IP4") && !strings.Contains(line, "candidate") && !strings.Contains(got, line) {
			t.Errorf("lost %q", line)
		}
	}
	if strings.Count(got, "\r\na="+hidden+"\r\n") != 1 {
		t.Errorf("the relayed candidate is not left as %q in\n%s", hidden, got)
	}
}

// An address is found whatever surrounds it.
func TestR25_NoLineHidesAnAddress(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"a=x:192.0.2.1:9:z", "a=x-192.0.2.1", "a=x:192.0.2.1.", "a=x:{192.0.2.1}", "a=x:y:2001:db8::1", "a=x:2001:db8::1#9", "a=x:host.local.", "a=x:HOST.local",
	} {
		if got := signaling.RelayOnlySDP("v=0\r\n" + line + "\r\n"); got != "v=0\r\n" {
			t.Errorf("%s: %q is left", line, got)
		}
	}
	for _, line := range []string{
		"a=fingerprint:sha-256 0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9",
		"a=msid:- 5a7f9c4e-0000-4000-8000-0123456789ab", "a=group:BUNDLE 0 1", "a=rtpmap:96 VP8/90000", "a=ssrc-group:FID 1 2",
	} {
		if got := signaling.RelayOnlySDP(line + "\r\n"); got != line+"\r\n" {
			t.Errorf("%s was changed to %q", line, got)
		}
	}
}

// separators end a line for some parser.
var separators = []string{"\r\n", "\n", "\r", "\n\r", "\r\r\n", "\x00", "\v", "\f", "\u0085", "\u2028", "\u2029", " ", "\t"}

// address draws a participant's own address, outside the test relays' ranges.
func address(t *rapid.T) string {
	if rapid.Bool().Draw(t, "six") {
		b := rapid.SliceOfN(rapid.Byte(), 14, 14).Draw(t, "v6")
		return netip.AddrFrom16([16]byte(append([]byte{0x20, 0x01}, b...))).String()
	}
	b := rapid.SliceOfN(rapid.Byte(), 3, 3).Draw(t, "v4")
	return netip.AddrFrom4([4]byte{10, b[0], b[1], b[2]}).String()
}

func TestR25_NoOwnAddressRemains(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		own := address(t)
		port := rapid.IntRange(1, 65535).Draw(t, "port")
		kind := rapid.SampledFrom([]string{"host", "srflx", "prflx", "relay raddr " + own + " rport 9 x", "HOST", "host relay"}).Draw(t, "kind")
		placed := own
		if strings.HasPrefix(kind, "relay") {
			placed = "203.0.113.9"
		}
		line := fmt.Sprintf("candidate:1 1 udp 1 %s %d typ %s raddr %s rport %d", placed, port, kind, own, port)
		prefix := rapid.SampledFrom([]string{"a=", "a= ", "A=", "", "c=IN IP4 ", "o=- 1 1 IN IP6 ", "i=", "a=x:", "a=end-of-candidates:"}).Draw(t, "prefix")
		lines := append(strings.Split(strings.TrimSpace(offer), "\r\n"), prefix+line, "c=IN IP4 "+own, "a=rtcp:9 IN IP6 "+own, "o=- 1 1 IN IP4 "+own)
		var text strings.Builder
		for _, l := range rapid.Permutation(lines).Draw(t, "order") {
			text.WriteString(l)
			text.WriteString(rapid.SampledFrom(separators).Draw(t, "separator"))
		}
		if got := signaling.RelayOnlySDP(text.String()); strings.Contains(got, own) {
			t.Fatalf("%s remains in\n%q", own, got)
		}
		if got, ok := signaling.RelayOnlyCandidate(line); ok && strings.Contains(got, own) {
			t.Fatalf("%s remains in %q", own, got)
		}
	})
}

// relatedToNobody matches every candidate that may remain in a description.
var relatedToNobody = regexp.MustCompile(`^a=candidate:\S+ \d+ (?i:udp|tcp) \d+ (?:\d[.\d]+ \d+ typ relay raddr 0\.0\.0\.0|[0-9A-Fa-f:.]+:[0-9A-Fa-f:.]* \d+ typ relay raddr ::) rport 9(?: (?:generation|network-id|network-cost|ufrag|tcptype) \S+)*$`)

// atOurs reports whether a candidate is at one of the test's relays.
func atOurs(line string) bool {
	address, err := netip.ParseAddr(strings.Fields(line)[4])
	return err == nil && (address.Unmap() == netip.MustParseAddr("203.0.113.9") || address == netip.MustParseAddr("2001:db8::9"))
}

func FuzzR25_RelayOnlySDP(f *testing.F) {
	f.Add(offer)
	f.Add("a=candidate:1 1 udp 1 192.168.1.7 9 typ host\ra=" + relayed)
	f.Add("a=candidate:1 1 udp 1 2001:db8::9 9 typ relay raddr 10.0.0.1 rport 5 generation 0")
	f.Fuzz(func(t *testing.T, text string) {
		got := signaling.RelayOnlySDP(text)
		if again := signaling.RelayOnlySDP(got); again != got {
			t.Errorf("filtering twice differs from once:\n%q\n%q", got, again)
		}
		for line := range strings.SplitSeq(got, "\r\n") {
			lower := strings.ToLower(line)
			if strings.HasPrefix(lower, "a=candidate") && (!relatedToNobody.MatchString(line) || !atOurs(line)) {
				t.Errorf("candidate %q", line)
			}
			if strings.ContainsAny(line, "\r\n\x00\v\f") {
				t.Errorf("line break in %q", line)
			}
		}
	})
}

func TestR25_CandidateMessagesLoseTheirAddresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"end":               {`null`, `{"type":"candidate","from":"P1","candidate":null}`},
		"end of generation": {`{"candidate":"","sdpMid":"0","sdpMLineIndex":0}`, `{"type":"candidate","from":"P1","candidate":{"candidate":"","sdpMid":"0","sdpMLineIndex":0}}`},
		"host":              {`{"candidate":"candidate:1 1 udp 1 192.168.1.7 9 typ host","sdpMid":"0"}`, ""},
		"address in a name": {`{"candidate":` + quoted(relayed) + `,"sdpMid":"192.168.1.7","usernameFragment":"192.168.1.7","address":"192.168.1.7"}`,
			`{"type":"candidate","from":"P1","candidate":{"candidate":"candidate:1 1 udp 41885439 203.0.113.9 50000 typ relay raddr 0.0.0.0 rport 9 generation 0 ufrag abcd network-cost 999","sdpMid":null,"sdpMLineIndex":null}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := signaling.PassOn([]byte(`{"type":"candidate","to":"P2","candidate":` + c.in + `}`))
			if err != nil || got != c.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// What browsers write is forwarded unchanged.
func TestR44_NothingIsEscapedForHTML(t *testing.T) {
	t.Parallel()
	said := `{"type":"description","to":"P2","description":{"type":"offer","sdp":"v=0\r\na=x:<&>\r\n"}}`
	got, err := signaling.PassOn([]byte(said))
	if want := `{"type":"description","from":"P1","description":{"type":"offer","sdp":"v=0\r\na=x:<&>\r\n"}}`; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
}
