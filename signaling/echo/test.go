package echo

import (
	"encoding/json"
	"log/slog"
	"time"

	"socialdirect/internal/socket"
	"socialdirect/signaling"

	"github.com/pion/webrtc/v4"
)

// name is the echo's name, as the person sees it.
const name = "Écho"

// Bounds of what one test may say. A browser describes itself once, and has a candidate or two
// for each interface and relay.
const (
	maxDescriptions = 6
	maxCandidates   = 100
)

// test is one test of a call.
type test struct {
	conn   *socket.Conn
	trial  *signaling.Trial
	peer   *peer
	endsAt time.Time

	descriptions, candidates int // received; used by the reader only
}

// message is a message of either side.
type message struct {
	Type        string                     `json:"type"`
	To          string                     `json:"to,omitempty"`
	Description *webrtc.SessionDescription `json:"description,omitempty"`
	Candidate   *webrtc.ICECandidateInit   `json:"candidate"`
}

// handle processes a message of the person. An invalid one ends the test.
func (t *test) handle(data []byte) {
	passed, left, err := t.trial.Said(data)
	switch {
	case left:
		t.conn.End(socket.Left, "left")
	case err != nil:
		signaling.EndFor(t.conn, err)
	case passed != nil:
		t.receive(passed)
	}
}

func (t *test) receive(passed []byte) {
	var m message
	if err := json.Unmarshal(passed, &m); err != nil {
		t.refuse("a field is missing or wrong")
		return
	}
	if m.Description != nil {
		t.describe(*m.Description)
		return
	}
	if t.candidates++; t.candidates > maxCandidates {
		t.refuse("more candidates than a browser has")
		return
	}
	t.peer.candidate(m.Candidate)
}

func (t *test) describe(d webrtc.SessionDescription) {
	if t.descriptions++; t.descriptions > maxDescriptions {
		t.refuse("more descriptions than a test needs")
		return
	}
	if err := t.peer.describe(d); err != nil {
		t.refuse("this description cannot be used")
	}
}

// refuse ends the test for what the person sent.
func (t *test) refuse(reason string) { t.conn.End(socket.Policy, reason) }

// say sends a message of the echo through the filter of every call (R25).
func (t *test) say(m message) {
	m.To = "P1"
	data, err := json.Marshal(m)
	if err != nil {
		slog.Error("test of a call", "cause", err)
		return
	}
	passed, err := t.trial.Answered(data)
	switch {
	case err != nil:
		slog.Error("test of a call", "cause", err)
	case passed != nil:
		t.conn.Send(passed)
	}
}
