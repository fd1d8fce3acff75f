package signaling_test

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// caller is a browser's side of a call: a socket and a peer connection.
type caller struct {
	t     *testing.T
	conn  *websocket.Conn
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	heard atomic.Int64 // RTP packets received from the other side

	acting  sync.Mutex // held while negotiating, so that an answer waits for the local offer
	writing sync.Mutex
	frames  []string // every message of the socket; readable once read is closed
	read    chan struct{}
}

// wire is any message of the socket.
type wire struct {
	Type        string                     `json:"type"`
	To          string                     `json:"to,omitempty"`
	From        string                     `json:"from,omitempty"`
	Description *webrtc.SessionDescription `json:"description,omitempty"`
	Candidate   *webrtc.ICECandidateInit   `json:"candidate"`
	Participant struct{ ID string }        `json:"participant,omitzero"`
	ICEServers  []webrtc.ICEServer         `json:"ice_servers,omitempty"`
}

// newCaller returns the caller behind a socket, with the ICE servers of its welcome.
func newCaller(t *testing.T, b *browser, policy webrtc.ICETransportPolicy, servers any) *caller {
	t.Helper()
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	media := &webrtc.MediaEngine{}
	must(t, media.RegisterDefaultCodecs())
	settings.SetICEMaxBindingRequests(200) // a busy machine is slow to answer
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media))
	c := &caller{t: t, conn: b.conn, read: make(chan struct{})}
	var err error
	c.pc, err = api.NewPeerConnection(webrtc.Configuration{ICEServers: decoded[[]webrtc.ICEServer](t, servers), ICETransportPolicy: policy})
	must(t, err)
	c.track, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "call")
	must(t, err)
	_, err = c.pc.AddTrack(c.track)
	must(t, err)
	c.pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := remote.ReadRTP(); err != nil {
				return
			}
			c.heard.Add(1)
		}
	})
	return c
}

func decoded[T any](t *testing.T, v any) (out T) {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return decodedText[T](t, string(data))
}

func decodedText[T any](t *testing.T, text string) (out T) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &out))
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// talk sends candidates to the other side and handles its messages until the socket ends.
func (c *caller) talk(other string) {
	c.pc.OnICECandidate(func(found *webrtc.ICECandidate) {
		m := wire{Type: "candidate", To: other}
		if found != nil {
			init := found.ToJSON()
			m.Candidate = &init
		}
		c.say(m)
	})
	go func() {
		defer close(c.read)
		for {
			_, data, err := c.conn.ReadMessage()
			if err != nil {
				return
			}
			c.frames = append(c.frames, string(data))
			var m wire
			if err = json.Unmarshal(data, &m); err == nil {
				err = c.handle(m)
			}
			if err != nil {
				c.t.Errorf("%s: %v", data, err)
			}
		}
	}()
}

func (c *caller) say(m wire) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.conn.WriteJSON(m); err != nil {
		c.t.Errorf("say: %v", err)
	}
}

func (c *caller) handle(m wire) error {
	c.acting.Lock()
	defer c.acting.Unlock()
	switch {
	case m.Type == "candidate" && m.Candidate != nil:
		return c.pc.AddICECandidate(*m.Candidate)
	case m.Type != "description":
		return nil
	}
	if err := c.pc.SetRemoteDescription(*m.Description); err != nil || m.Description.Type != webrtc.SDPTypeOffer {
		return err
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	// The answer goes first: the other side cannot use candidates before it.
	c.say(wire{Type: "description", To: m.From, Description: &answer})
	return c.pc.SetLocalDescription(answer)
}

func (c *caller) offer(to string) {
	c.acting.Lock()
	defer c.acting.Unlock()
	offer, err := c.pc.CreateOffer(nil)
	must(c.t, err)
	c.say(wire{Type: "description", To: to, Description: &offer})
	must(c.t, c.pc.SetLocalDescription(offer))
}

// speak sends packets until the other side has received enough.
func (c *caller) speak(other *caller, enough int64) {
	c.t.Helper()
	var sequence uint16
	eventually(c.t, "media", func() bool {
		sequence++
		packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: sequence, Timestamp: uint32(sequence) * 960}, Payload: []byte("hello")}
		must(c.t, c.track.WriteRTP(&packet))
		return other.heard.Load() >= enough
	})
}

// way returns the types of the selected pair of candidates.
func (c *caller) way() string {
	pair, err := c.pc.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "none"
	}
	return pair.Local.Typ.String() + "/" + pair.Remote.Typ.String()
}

// call connects the two, and returns once each has received packets of the other.
func (w *world) call(t *testing.T, policy webrtc.ICETransportPolicy) (zoe, nadia *caller) {
	t.Helper()
	nadiaSocket := w.join(t, w.nadia)
	nadia = newCaller(t, nadiaSocket, policy, nadiaSocket.wants("welcome")["ice_servers"])
	zoeSocket := w.join(t, w.zoe)
	zoeSocket.wants("waiting")
	nadiaSocket.wants("knocking")
	nadiaSocket.say(`{"type":"admit","id":"P1"}`)
	zoe = newCaller(t, zoeSocket, policy, zoeSocket.wants("welcome")["ice_servers"])
	nadiaSocket.wants("joined")
	for _, b := range []*browser{zoeSocket, nadiaSocket} {
		must(t, b.conn.SetReadDeadline(time.Time{}))
	}
	zoe.talk("P2")
	nadia.talk("P1")
	nadia.offer("P1")
	nadia.speak(zoe, 20)
	zoe.speak(nadia, 20)
	return zoe, nadia
}

// hangUp ends both, and returns every message that each socket received.
func hangUp(t *testing.T, callers ...*caller) (frames [][]string) {
	t.Helper()
	for _, c := range callers {
		must(t, c.pc.GracefulClose())
	}
	for _, c := range callers {
		must(t, c.conn.Close())
		<-c.read
		frames = append(frames, c.frames)
	}
	return frames
}

func TestR22_R23_TwoPeersTalkThroughTheRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.call(t, webrtc.ICETransportPolicyRelay)
	if zoe.way() != "relay/relay" || nadia.way() != "relay/relay" {
		t.Errorf("%s and %s", zoe.way(), nadia.way())
	}
	hangUp(t, zoe, nadia)
}

// Peers that gather every type of candidate simulate manipulated browsers.
func TestR25_NoAddressReachesTheOtherSide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.call(t, webrtc.ICETransportPolicyAll)
	if zoe.way() != "relay/relay" || nadia.way() != "relay/relay" {
		t.Errorf("%s and %s", zoe.way(), nadia.way())
	}
	hosts := 0
	for _, c := range []*caller{zoe, nadia} {
		hosts += strings.Count(c.pc.LocalDescription().SDP, " typ host")
	}
	if hosts == 0 {
		t.Error("no own address was gathered, so the test proves nothing")
	}
	for _, frames := range hangUp(t, zoe, nadia) {
		said := strings.Join(frames, "\n")
		if !strings.Contains(said, " typ relay") {
			t.Error("no relayed candidate arrived")
		}
		for _, leak := range []string{" typ host", " typ srflx", " typ prflx"} {
			if strings.Contains(said, leak) {
				t.Errorf("%q in\n%s", leak, said)
			}
		}
		relayed, hidden := strings.Count(said, " typ relay"), strings.Count(said, " typ relay raddr 0.0.0.0 rport 9")
		if relayed != hidden || strings.Count(said, "raddr") != hidden || strings.Count(said, "rport") != hidden {
			t.Errorf("%d of %d relayed candidates have no related address in\n%s", hidden, relayed, said)
		}
	}
}
