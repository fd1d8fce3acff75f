package signaling

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// unknownAddress stands wherever a description must name an address and may not
// name a real one (RFC 8840, 4.1.1).
const unknownAddress = "IN IP4 0.0.0.0"

// relays tells the addresses of the deployment's own relays.
type relays func(netip.Addr) bool

// onlySDP returns a session description without any participant's address (R25):
// candidates are gone that are not of type relay, or not at a relay of the
// deployment's (nobody is sent to an address of the other side's choice), the
// related address of those that stay is nobody's, and the connection, origin and
// RTCP lines name no one.
// Every kind of line break ends a line, so that nothing hides behind one; a line
// that still names an address where none belongs is dropped.
func (own relays) onlySDP(sdp string) string {
	var kept strings.Builder
	for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line, ok := own.onlyLine(line); ok {
			kept.WriteString(line)
			kept.WriteString("\r\n")
		}
	}
	return kept.String()
}

func (own relays) onlyLine(line string) (string, bool) {
	kind, value, ok := strings.Cut(line, "=")
	if !ok || len(kind) != 1 || kind[0] < 'a' || kind[0] > 'z' || breaks(line) {
		return "", false
	}
	switch kind {
	case "c":
		return "c=" + unknownAddress, true
	case "o":
		return origin(value)
	case "a":
		return own.attribute(value)
	}
	return line, !namesAddress(value)
}

// origin keeps an o= line's two numbers (RFC 8866, 5.2) and nothing else.
func origin(value string) (string, bool) {
	fields := strings.Fields(value)
	if len(fields) != 6 || !digits(fields[1]) || !digits(fields[2]) {
		return "", false
	}
	return "o=- " + fields[1] + " " + fields[2] + " " + unknownAddress, true
}

func (own relays) attribute(value string) (string, bool) {
	name, rest, _ := strings.Cut(value, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	switch {
	case name == "candidate":
		relayed, ok := own.rewritten(rest)
		return "a=candidate:" + relayed, ok
	case name == "rtcp":
		return "a=rtcp:9 " + unknownAddress, true
	case strings.HasPrefix(name, "candidate"), name == "remote-candidates":
		return "", false
	}
	return "a=" + value, !namesAddress(value)
}

// onlyCandidate returns a candidate as RTCIceCandidateInit writes it ("candidate:…"),
// with nobody's related address; false unless it is well formed, of type relay and
// at a relay of the deployment's.
func (own relays) onlyCandidate(line string) (string, bool) {
	rest, ok := strings.CutPrefix(line, "candidate:")
	if !ok || breaks(line) {
		return "", false
	}
	relayed, ok := own.rewritten(rest)
	return "candidate:" + relayed, ok
}

// rewritten is what follows "candidate:" once it may pass (RFC 8839, 5.1): foundation,
// component, transport, priority, address, port, "typ" and the type, then the
// related address and port, which are always written and never real, then pairs
// of name and value, of which only those that say nothing of a place stay.
func (own relays) rewritten(line string) (string, bool) {
	fields := strings.Fields(line)
	if len(fields) < 8 || len(fields)%2 != 0 || fields[6] != "typ" || fields[7] != "relay" {
		return "", false
	}
	if !iceChars(fields[0], 32) || !digits(fields[1]) || !isTransport(fields[2]) || !digits(fields[3]) || !own.endpoint(fields[4], fields[5]) {
		return "", false
	}
	kept := append(fields[:8:8], "raddr", relatedAddress(fields[4]), "rport", "9")
	for i := 8; i < len(fields); i += 2 {
		if harmless(fields[i], fields[i+1]) {
			kept = append(kept, fields[i], fields[i+1])
		}
	}
	return strings.Join(kept, " "), true
}

// relatedAddress stands in place of the address behind a relayed one. The words
// must be there (RFC 8839, 5.1): Firefox ignores a relayed candidate without them.
func relatedAddress(relayed string) string {
	if strings.Contains(relayed, ":") {
		return "::"
	}
	return "0.0.0.0"
}

func isTransport(s string) bool { return strings.EqualFold(s, "udp") || strings.EqualFold(s, "tcp") }

func (own relays) endpoint(address, port string) bool {
	ip, err := netip.ParseAddr(address)
	_, badPort := strconv.ParseUint(port, 10, 16)
	return err == nil && ip.Zone() == "" && badPort == nil && own(ip.Unmap())
}

// harmless reports whether an extension of a candidate may pass.
func harmless(name, value string) bool {
	switch name {
	case "generation", "network-id", "network-cost":
		return digits(value)
	case "ufrag":
		return iceChars(value, 256)
	case "tcptype":
		return value == "active" || value == "passive" || value == "so"
	}
	return false
}

func digits(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// iceChars reports whether s is 1 to most of the characters of RFC 8839, 5.1.
func iceChars(s string, most int) bool {
	return s != "" && len(s) <= most && strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '/'
	}) < 0
}

// breaks reports whether s holds anything that some reader takes for the end of
// a line.
func breaks(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar
	})
}

// Where an IPv4 address, a run that may hold an IPv6 one, or a browser's stand-in
// for either stands in a text, whatever is around it.
var (
	dottedQuad = regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`)
	hexRun     = regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*`)
	localName  = regexp.MustCompile(`(?i)\.local(?:[^a-z0-9]|$)`)
)

// namesAddress reports whether an IP address, or a browser's stand-in for one (a
// name that ends in .local), stands anywhere in s. Most lines hold too few dots
// and colons for either, and are told apart at little cost: who sends thousands
// of lines shall not keep the server busy.
func namesAddress(s string) bool {
	dots, colons := strings.Count(s, "."), strings.Count(s, ":")
	return dots >= 3 && dottedQuad.MatchString(s) ||
		dots >= 1 && localName.MatchString(s) ||
		colons >= 2 && slices.ContainsFunc(hexRun.FindAllString(s, -1), holdsIPv6)
}

// holdsIPv6 tries a run as it is, without the end of a name before it
// ("face:2001:db8::1"), and without a port behind it; a fingerprint is longer.
func holdsIPv6(run string) bool {
	_, behind, _ := strings.Cut(run, ":")
	before := run[:strings.LastIndexByte(run, ':')]
	return slices.ContainsFunc([]string{run, behind, before}, func(text string) bool {
		_, err := netip.ParseAddr(text)
		return err == nil
	})
}
