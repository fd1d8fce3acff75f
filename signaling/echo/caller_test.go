package echo_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// caller is a person with a peer connection, as a page has.
type caller struct {
	*person
	pc           *webrtc.PeerConnection
	tracks       []*webrtc.TrackLocalStaticRTP
	audio, video atomic.Int64 // packets that came back as they went
	echo         chan *webrtc.DataChannel

	writing sync.Mutex
	frames  []string // every message of the socket; readable once read is closed
	read    chan struct{}
}

type wire struct {
	Type        string                     `json:"type"`
	To          string                     `json:"to,omitempty"`
	From        string                     `json:"from,omitempty"`
	Description *webrtc.SessionDescription `json:"description,omitempty"`
	Candidate   *webrtc.ICECandidateInit   `json:"candidate"`
}

// payload is what every packet holds: it must come back unchanged.
const payload = "what nobody keeps"

// call begins a test, with the relay's addresses that are wanted.
func (w *world) call(t *testing.T, policy webrtc.ICETransportPolicy, wanted func(url string) bool) *caller {
	t.Helper()
	c := &caller{person: w.join(t), echo: make(chan *webrtc.DataChannel, 1), read: make(chan struct{})}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMaxBindingRequests(200) // a busy machine is slow to answer
	media := &webrtc.MediaEngine{}
	must(t, media.RegisterDefaultCodecs())
	var servers []webrtc.ICEServer
	for _, s := range c.welcome.ICEServers {
		servers = append(servers, webrtc.ICEServer{URLs: slices.DeleteFunc(slices.Clone(s.URLs), func(url string) bool { return !wanted(url) }), Username: s.Username, Credential: s.Credential})
	}
	var err error
	c.pc, err = webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media)).NewPeerConnection(webrtc.Configuration{ICEServers: servers, ICETransportPolicy: policy})
	must(t, err)
	t.Cleanup(c.hangUp)
	for _, codec := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: codec}, codec, "test")
		must(t, err)
		_, err = c.pc.AddTrack(track)
		must(t, err)
		c.tracks = append(c.tracks, track)
	}
	c.pc.OnTrack(c.count)
	c.pc.OnDataChannel(func(d *webrtc.DataChannel) { d.OnOpen(func() { c.echo <- d }) })
	c.pc.OnICECandidate(func(found *webrtc.ICECandidate) {
		m := wire{Type: "candidate", To: "echo"}
		if found != nil {
			init := found.ToJSON()
			m.Candidate = &init
		}
		c.send(m)
	})
	_ = c.conn.SetReadDeadline(time.Time{})
	go c.listen()
	return c
}

// both takes every address.
func both(string) bool { return true }

func over(transport string) func(string) bool {
	return func(url string) bool { return strings.HasSuffix(url, "transport="+transport) }
}

func (c *caller) count(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	came := map[webrtc.RTPCodecType]*atomic.Int64{webrtc.RTPCodecTypeAudio: &c.audio, webrtc.RTPCodecTypeVideo: &c.video}[remote.Kind()]
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		if string(packet.Payload) == payload {
			came.Add(1)
		}
	}
}

func (c *caller) listen() {
	defer close(c.read)
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		c.frames = append(c.frames, string(data))
		var m wire
		if err = json.Unmarshal(data, &m); err == nil {
			err = c.take(m)
		}
		if err != nil {
			c.t.Errorf("%s: %v", data, err)
		}
	}
}

func (c *caller) take(m wire) error {
	switch {
	case m.Type == "candidate" && m.Candidate != nil:
		return c.pc.AddICECandidate(*m.Candidate)
	case m.Type != "description":
		return nil
	}
	if err := c.pc.SetRemoteDescription(*m.Description); err != nil {
		return err
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	// The answer goes first: the echo cannot use candidates before it.
	c.send(wire{Type: "description", To: m.From, Description: &answer})
	return c.pc.SetLocalDescription(answer)
}

func (c *caller) send(m wire) {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.conn.WriteJSON(m) // the test may be over
}

// speak sends packets of both kinds until enough of each came back.
func (c *caller) speak(enough int64) {
	c.t.Helper()
	var sequence uint16
	eventually(c.t, "media both ways", func() bool {
		sequence++
		for _, track := range c.tracks {
			packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: sequence, Timestamp: uint32(sequence) * 960}, Payload: []byte(payload)}
			must(c.t, track.WriteRTP(&packet))
		}
		return c.audio.Load() >= enough && c.video.Load() >= enough
	})
}

// channel returns an open channel of that label; the echo's own if it is "echo".
func (c *caller) channel(label string) (channel *webrtc.DataChannel, messages chan webrtc.DataChannelMessage) {
	c.t.Helper()
	select {
	case channel = <-c.echo:
		c.echo <- channel
	case <-time.After(patience):
		c.t.Fatal("the echo's channel does not open")
	}
	if label != "echo" {
		var err error
		channel, err = c.pc.CreateDataChannel(label, nil)
		must(c.t, err)
	}
	messages = make(chan webrtc.DataChannelMessage, 4096)
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		select {
		case messages <- m:
		case <-c.t.Context().Done(): // nobody reads it any more
		}
	})
	eventually(c.t, label+" is open", func() bool { return channel.ReadyState() == webrtc.DataChannelStateOpen })
	return channel, messages
}

func (c *caller) next(messages chan webrtc.DataChannelMessage) webrtc.DataChannelMessage {
	c.t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(patience):
		c.t.Fatal("no message")
	}
	return webrtc.DataChannelMessage{}
}

// way returns the types of the selected pair of candidates.
func (c *caller) way() string {
	pair, err := c.pc.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "none"
	}
	return pair.Local.Typ.String() + "/" + pair.Remote.Typ.String()
}

// hangUp ends the test, after which frames can be read.
func (c *caller) hangUp() {
	_ = c.pc.GracefulClose()
	_ = c.conn.Close()
	<-c.read
}
