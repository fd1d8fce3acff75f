package signaling

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"socialdirect/internal/viewer"
	"socialdirect/signaling/filter"
)

// participant is one person of a call, as the others see them.
type participant struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Role      role   `json:"role"`
	Consented bool   `json:"consented,omitempty"` // of a guest who waits: the beneficiary has consented
}

// role is what a participant is in a call: one of the two people's roles on the platform, or a
// guest's kind.
type role string

const (
	beneficiary role = role(viewer.Beneficiary)
	worker      role = role(viewer.SocialWorker)
)

// event is a message of the server itself. Fields that its type does not use are omitted.
type event struct {
	Type        string       `json:"type"`
	ID          string       `json:"id,omitempty"`
	Participant *participant `json:"participant,omitempty"`
	At          *time.Time   `json:"at,omitempty"`
	Code        string       `json:"code,omitempty"`
	Message     string       `json:"message,omitempty"`
}

// waiting is sent to somebody who waits, and again once the worker knows.
type waiting struct {
	Type   string     `json:"type"`
	ToldAt *time.Time `json:"told_at,omitempty"` // since when the worker knows
}

// welcome is sent to somebody who enters the call.
type welcome struct {
	Type         string        `json:"type"`
	Self         string        `json:"self"`
	Participants []participant `json:"participants"` // who is inside already
	ICEServers   []ICEServer   `json:"ice_servers"`
	Policy       string        `json:"ice_transport_policy"`
	ClosesAt     time.Time     `json:"closes_at"`
}

// renewal contains relay credentials that replace the previous ones.
type renewal struct {
	Type       string      `json:"type"`
	ICEServers []ICEServer `json:"ice_servers"`
}

// relayOnly is the policy of every call (R25).
const relayOnly = "relay"

// message is what a browser sends. Only the fields of its type are read and forwarded.
type message struct {
	Type        string          `json:"type"`
	ID          string          `json:"id"`
	To          string          `json:"to"`
	Description *description    `json:"description"`
	Candidate   json.RawMessage `json:"candidate"`
	Audio       *bool           `json:"audio"`
	Video       *bool           `json:"video"`
	Screen      *bool           `json:"screen"`
	Hash        string          `json:"hash"`
	Nonce       string          `json:"nonce"`
	Granted     *bool           `json:"granted"`
}

// description is an RTCSessionDescriptionInit.
type description struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

// candidate is an RTCIceCandidateInit.
type candidate struct {
	Candidate        string  `json:"candidate"`
	SDPMid           *string `json:"sdpMid"`
	SDPMLineIndex    *uint16 `json:"sdpMLineIndex"`
	UsernameFragment *string `json:"usernameFragment,omitempty"`
}

// Messages as the other side receives them, with their sender.
type (
	relayedDescription struct {
		Type        string      `json:"type"`
		From        string      `json:"from"`
		Description description `json:"description"`
	}
	relayedCandidate struct {
		Type      string     `json:"type"`
		From      string     `json:"from"`
		Candidate *candidate `json:"candidate"` // null: no more candidates
	}
	relayedState struct {
		Type   string `json:"type"`
		From   string `json:"from"`
		Audio  bool   `json:"audio"`
		Video  bool   `json:"video"`
		Screen bool   `json:"screen"`
	}
	relayedCommit struct {
		Type string `json:"type"`
		From string `json:"from"`
		Hash string `json:"hash"`
	}
	relayedReveal struct {
		Type  string `json:"type"`
		From  string `json:"from"`
		Nonce string `json:"nonce"`
	}
)

// maxDescription is the maximum size of a session description in bytes: four times what a
// browser writes for audio and video.
const maxDescription = 32 << 10

// violation is the reason for which a connection is closed with 1008.
type violation string

func (v violation) Error() string { return string(v) }

const (
	errJSON      violation = "not a JSON message"
	errType      violation = "unknown type of message"
	errShape     violation = "a field is missing or wrong"
	errUnwelcome violation = "nothing may be said before the welcome"
	errTooLong   violation = "a description holds 32 KiB at most" // closed with 1009
	errNotWorker violation = "only the social worker admits"
	errNotTheirs violation = "a guest consents to nothing"
)

// parse decodes and checks a message; its error is a violation.
func parse(data []byte) (message, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, errJSON
	}
	return m, m.check()
}

// check returns an error if the message lacks a field of its type.
func (m message) check() error {
	complete := true
	switch m.Type {
	case "admit":
		complete = m.ID != ""
	case "description":
		complete = m.To != "" && m.Description != nil && m.Description.known()
	case "candidate":
		complete = m.To != "" && m.Candidate != nil
	case "state":
		complete = m.Audio != nil && m.Video != nil && m.Screen != nil
	case "commit":
		complete = m.To != "" && encoded(m.Hash)
	case "reveal":
		complete = m.To != "" && encoded(m.Nonce)
	case "consent":
		complete = m.ID != "" && m.Granted != nil
	case "leave":
	default:
		return errType
	}
	switch {
	case !complete:
		return errShape
	case m.Description != nil && len(m.Description.SDP) > maxDescription:
		return errTooLong
	}
	return nil
}

// maxEncoded is the maximum length of a commitment or a nonce: 64 bytes in hexadecimal.
const maxEncoded = 128

// encoded reports whether s can be bytes in hexadecimal or base64, of either alphabet: it has
// no room for an address.
func encoded(s string) bool {
	return s != "" && len(s) <= maxEncoded && strings.IndexFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/-_=", r)
	}) < 0
}

func (d description) known() bool {
	switch d.Type {
	case "offer", "answer", "pranswer", "rollback":
		return true
	}
	return false
}

// passedOn returns what the other side receives of a message from the given participant: nil
// if the relay policy leaves nothing of it.
func (m message) passedOn(from string, own filter.Relays) (any, error) {
	switch m.Type {
	case "description":
		d := description{Type: m.Description.Type, SDP: own.Description(m.Description.SDP)}
		return relayedDescription{Type: m.Type, From: from, Description: d}, nil
	case "candidate":
		return m.candidateFrom(from, own)
	case "commit":
		return relayedCommit{Type: m.Type, From: from, Hash: m.Hash}, nil
	case "reveal":
		return relayedReveal{Type: m.Type, From: from, Nonce: m.Nonce}, nil
	}
	return relayedState{Type: m.Type, From: from, Audio: *m.Audio, Video: *m.Video, Screen: *m.Screen}, nil
}

func (m message) candidateFrom(from string, own filter.Relays) (any, error) {
	var c *candidate
	if err := json.Unmarshal(m.Candidate, &c); err != nil {
		return nil, errShape
	}
	if c == nil || c.Candidate == "" { // null, or the end of one generation
		return relayedCandidate{Type: m.Type, From: from, Candidate: c.bare()}, nil
	}
	line, ok := own.Candidate(c.Candidate)
	if !ok {
		return nil, nil
	}
	c = c.bare()
	c.Candidate = line
	return relayedCandidate{Type: m.Type, From: from, Candidate: c}, nil
}

// bare returns the candidate without its line, and without invalid identifiers.
func (c *candidate) bare() *candidate {
	if c == nil {
		return nil
	}
	kept := candidate{SDPMLineIndex: c.SDPMLineIndex}
	if c.SDPMid != nil && filter.Token(*c.SDPMid) {
		kept.SDPMid = c.SDPMid
	}
	if c.UsernameFragment != nil && filter.ICEChars(*c.UsernameFragment, 256) {
		kept.UsernameFragment = c.UsernameFragment
	}
	return &kept
}
