// Package filter removes the addresses of participants from session descriptions and candidates,
// so that neither side of a call learns the other's (R25).
package filter

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// unknownAddress replaces addresses where a description requires one (RFC 8840, 4.1.1).
const unknownAddress = "IN IP4 0.0.0.0"

// Relays reports whether an address belongs to one of the deployment's relays.
type Relays func(netip.Addr) bool

// Description returns a session description without any participant's address (R25). It removes
// candidates that are not of type relay, or not at a relay of the deployment: nobody must
// connect to an address that the other side chose. In the remaining candidates and in the
// connection, origin and RTCP lines, addresses are replaced.
// Every kind of line break ends a line, so that nothing can hide behind one. A line that still
// contains an address is dropped.
func (own Relays) Description(sdp string) string {
	var kept strings.Builder
	for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line, ok := own.onlyLine(line); ok {
			kept.WriteString(line)
			kept.WriteString("\r\n")
		}
	}
	return kept.String()
}

func (own Relays) onlyLine(line string) (string, bool) {
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

// origin keeps only the two numbers of an o= line (RFC 8866, 5.2).
func origin(value string) (string, bool) {
	fields := strings.Fields(value)
	if len(fields) != 6 || !digits(fields[1]) || !digits(fields[2]) {
		return "", false
	}
	return "o=- " + fields[1] + " " + fields[2] + " " + unknownAddress, true
}

func (own Relays) attribute(value string) (string, bool) {
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

// Candidate returns a candidate in the form of RTCIceCandidateInit ("candidate:…") without
// its real related address; false unless it is well-formed, of type relay and at a relay of
// the deployment.
func (own Relays) Candidate(line string) (string, bool) {
	rest, ok := strings.CutPrefix(line, "candidate:")
	if !ok || breaks(line) {
		return "", false
	}
	relayed, ok := own.rewritten(rest)
	return "candidate:" + relayed, ok
}

// rewritten returns what follows "candidate:" (RFC 8839, 5.1): foundation, component,
// transport, priority, address, port, "typ" and the type, then a related address and port,
// always written and never real, then pairs of name and value, of which only harmless ones are
// kept.
func (own Relays) rewritten(line string) (string, bool) {
	fields := strings.Fields(line)
	if len(fields) < 8 || len(fields)%2 != 0 || fields[6] != "typ" || fields[7] != "relay" {
		return "", false
	}
	if !ICEChars(fields[0], 32) || !digits(fields[1]) || !isTransport(fields[2]) || !digits(fields[3]) || !own.endpoint(fields[4], fields[5]) {
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

// relatedAddress replaces the real related address of a relayed candidate. It must be present
// (RFC 8839, 5.1): Firefox ignores a relayed candidate without it.
func relatedAddress(relayed string) string {
	if strings.Contains(relayed, ":") {
		return "::"
	}
	return "0.0.0.0"
}

func isTransport(s string) bool { return strings.EqualFold(s, "udp") || strings.EqualFold(s, "tcp") }

func (own Relays) endpoint(address, port string) bool {
	ip, err := netip.ParseAddr(address)
	_, badPort := strconv.ParseUint(port, 10, 16)
	return err == nil && ip.Zone() == "" && badPort == nil && own(ip.Unmap())
}

// harmless reports whether an extension of a candidate may be kept: it reveals no location.
func harmless(name, value string) bool {
	switch name {
	case "generation", "network-id", "network-cost":
		return digits(value)
	case "ufrag":
		return ICEChars(value, 256)
	case "tcptype":
		return value == "active" || value == "passive" || value == "so"
	}
	return false
}

func digits(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// ICEChars reports whether s consists of 1 to most characters that RFC 8839, 5.1 allows.
func ICEChars(s string, most int) bool {
	return s != "" && len(s) <= most && strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '/'
	}) < 0
}

// breaks reports whether s contains anything that some parser takes for the end of a line.
func breaks(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar
	})
}

// Patterns of an IPv4 address, of a run that may be an IPv6 one, and of a browser's
// placeholder for either, anywhere in a text.
var (
	dottedQuad = regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`)
	hexRun     = regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*`)
	localName  = regexp.MustCompile(`(?i)\.local(?:[^a-z0-9]|$)`)
)

// namesAddress reports whether s contains an IP address, or a browser's placeholder for one (a
// name that ends in .local). Most lines have too few dots and colons for either and are ruled
// out cheaply, so that thousands of lines do not keep the server busy.
func namesAddress(s string) bool {
	dots, colons := strings.Count(s, "."), strings.Count(s, ":")
	return dots >= 3 && dottedQuad.MatchString(s) ||
		dots >= 1 && localName.MatchString(s) ||
		colons >= 2 && slices.ContainsFunc(hexRun.FindAllString(s, -1), containsIPv6)
}

// containsIPv6 tries to parse a run as it is, without the end of a name before it
// ("face:2001:db8::1"), and without a port after it. Fingerprints are longer.
func containsIPv6(run string) bool {
	_, behind, _ := strings.Cut(run, ":")
	before := run[:strings.LastIndexByte(run, ':')]
	return slices.ContainsFunc([]string{run, behind, before}, func(text string) bool {
		_, err := netip.ParseAddr(text)
		return err == nil
	})
}

// Token reports whether s can be a media section's identifier: short, and not an address.
func Token(s string) bool {
	return s == "" || len(s) <= 64 && !breaks(s) && !namesAddress(s)
}
