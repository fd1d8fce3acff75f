package bench

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// patience is the timeout of every wait for something that should come soon.
const patience = 20 * time.Second

// message is any message of the call's socket.
type message struct {
	Type        string                     `json:"type"`
	ID          string                     `json:"id,omitempty"`
	To          string                     `json:"to,omitempty"`
	From        string                     `json:"from,omitempty"`
	Description *webrtc.SessionDescription `json:"description,omitempty"`
	Candidate   *webrtc.ICECandidateInit   `json:"candidate,omitempty"`
	ICEServers  []webrtc.ICEServer         `json:"ice_servers,omitempty"`
}

// peer is one end of a call. say sends a message to the other end; obey handles one from
// there.
type peer struct {
	b     testing.TB
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	heard chan struct{} // closed by the other side's first packet
	say   func(message)

	mu    sync.Mutex
	early []webrtc.ICECandidateInit // received before their description
}

func newPeer(b testing.TB, servers []webrtc.ICEServer, say func(message)) *peer {
	b.Helper()
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetRelayAcceptanceMinWait(0) // otherwise it waits 2 s for a better path than the relay
	media := &webrtc.MediaEngine{}
	ok(b, media.RegisterDefaultCodecs())
	cfg := webrtc.Configuration{ICEServers: servers}
	if servers != nil {
		cfg.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	p := &peer{b: b, heard: make(chan struct{}), say: say}
	var err error
	p.pc, err = webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media)).NewPeerConnection(cfg)
	ok(b, err)
	p.track, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "call")
	ok(b, err)
	_, err = p.pc.AddTrack(p.track)
	ok(b, err)
	p.pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if _, _, err := remote.ReadRTP(); err == nil {
			close(p.heard)
		}
	})
	p.pc.OnICECandidate(func(found *webrtc.ICECandidate) {
		if found != nil {
			init := found.ToJSON()
			p.say(message{Type: "candidate", Candidate: &init})
		}
	})
	return p
}

// offer sends an offer; an answer waits until the local description is set.
func (p *peer) offer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	offer, err := p.pc.CreateOffer(nil)
	ok(p.b, err)
	p.say(message{Type: "description", Description: &offer})
	ok(p.b, p.pc.SetLocalDescription(offer))
}

func (p *peer) obey(m message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case m.Candidate != nil && p.pc.RemoteDescription() == nil:
		p.early = append(p.early, *m.Candidate)
		return nil
	case m.Candidate != nil:
		return p.pc.AddICECandidate(*m.Candidate)
	case m.Description == nil:
		return nil
	}
	if err := p.pc.SetRemoteDescription(*m.Description); err != nil {
		return err
	}
	for _, candidate := range p.early {
		if err := p.pc.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	if m.Description.Type != webrtc.SDPTypeOffer {
		return nil
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	p.say(message{Type: "description", Description: &answer})
	return p.pc.SetLocalDescription(answer)
}

// talk makes both send until each has received packets of the other.
func talk(b testing.TB, one, other *peer) {
	b.Helper()
	tick, late := time.NewTicker(time.Millisecond), time.After(patience)
	defer tick.Stop()
	for sequence := uint16(1); ; sequence++ {
		packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: sequence, Timestamp: uint32(sequence) * 48}, Payload: []byte("hello")}
		ok(b, one.track.WriteRTP(&packet))
		ok(b, other.track.WriteRTP(&packet))
		select {
		case <-late:
			b.Fatal("the two received nothing from each other")
		case <-tick.C:
		}
		if over(one.heard) && over(other.heard) {
			return
		}
	}
}

func over(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// direct connects two peers that exchange their messages in memory, and returns the seconds
// until both have received packets.
func direct(b testing.TB) float64 {
	b.Helper()
	began := time.Now()
	var one, other *peer
	var ends [2]chan message
	for i := range ends {
		ends[i] = make(chan message, 64)
	}
	one = newPeer(b, nil, func(m message) { ends[1] <- m })
	other = newPeer(b, nil, func(m message) { ends[0] <- m })
	var listening sync.WaitGroup
	for i, p := range []*peer{one, other} {
		listening.Go(func() { p.listen(ends[i]) })
	}
	one.offer()
	talk(b, one, other)
	seconds := time.Since(began).Seconds()
	hangUp(b, one, other)
	close(ends[0])
	close(ends[1])
	listening.Wait()
	return seconds
}

func (p *peer) listen(in <-chan message) {
	for m := range in {
		if err := p.obey(m); err != nil && p.pc.ConnectionState() != webrtc.PeerConnectionStateClosed {
			p.b.Errorf("%s: %v", m.Type, err)
		}
	}
}

func hangUp(b testing.TB, peers ...*peer) {
	b.Helper()
	for _, p := range peers {
		ok(b, p.pc.GracefulClose())
	}
}

// line is a participant's socket.
type line struct {
	b    testing.TB
	conn *websocket.Conn
	mu   sync.Mutex
}

func (p *platform) join(who person, appointment uuid.UUID) *line {
	p.b.Helper()
	header := http.Header{"Origin": {p.server.URL}, "Cookie": {"session=" + who.token}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(p.server.URL, "http")+"/rendez-vous/"+appointment.String()+"/appel/ws", header)
	ok(p.b, err)
	return &line{b: p.b, conn: conn}
}

// wants reads until a message of the given type.
func (l *line) wants(kind string) (m message) {
	l.b.Helper()
	ok(l.b, l.conn.SetReadDeadline(time.Now().Add(patience)))
	for m.Type != kind {
		_, data, err := l.conn.ReadMessage()
		ok(l.b, err)
		m = message{}
		ok(l.b, json.Unmarshal(data, &m))
	}
	return m
}

// to returns a function that sends every message to one participant.
func (l *line) to(id string) func(message) {
	return func(m message) {
		l.mu.Lock()
		defer l.mu.Unlock()
		m.To = id
		if err := l.conn.WriteJSON(m); err != nil {
			l.b.Errorf("say: %v", err)
		}
	}
}

// follow passes messages to the peer until the socket ends.
func (l *line) follow(p *peer) {
	for {
		var m message
		if l.conn.ReadJSON(&m) != nil {
			return
		}
		if err := p.obey(m); err != nil {
			l.b.Errorf("%s: %v", m.Type, err)
		}
	}
}

// through connects two peers as browsers are: with sockets, the waiting room and the relay. It
// returns the seconds from the first socket until both have received packets.
func (p *platform) through(beneficiary, worker person, appointment uuid.UUID) float64 {
	p.b.Helper()
	began := time.Now()
	workerLine := p.join(worker, appointment)
	workerPeer := newPeer(p.b, workerLine.wants("welcome").ICEServers, workerLine.to("P1"))
	beneficiaryLine := p.join(beneficiary, appointment)
	workerLine.wants("knocking")
	ok(p.b, workerLine.conn.WriteJSON(message{Type: "admit", ID: "P1"}))
	beneficiaryPeer := newPeer(p.b, beneficiaryLine.wants("welcome").ICEServers, beneficiaryLine.to("P2"))
	workerLine.wants("joined")
	var following sync.WaitGroup
	following.Go(func() { workerLine.follow(workerPeer) })
	following.Go(func() { beneficiaryLine.follow(beneficiaryPeer) })
	workerPeer.offer()
	talk(p.b, workerPeer, beneficiaryPeer)
	seconds := time.Since(began).Seconds()
	pair, err := workerPeer.pc.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	ok(p.b, err)
	if pair.Local.Typ != webrtc.ICECandidateTypeRelay || pair.Remote.Typ != webrtc.ICECandidateTypeRelay {
		p.b.Errorf("the call goes %s to %s, not through the relay", pair.Local.Typ, pair.Remote.Typ)
	}
	hangUp(p.b, workerPeer, beneficiaryPeer)
	ok(p.b, workerLine.conn.Close())
	ok(p.b, beneficiaryLine.conn.Close())
	following.Wait()
	return seconds
}

func BenchmarkCallSetup(b *testing.B) {
	p := newPlatform(b, 10)
	now := time.Now().Truncate(time.Hour)
	var through, alone sample
	rounds(b, 2*least, func() {
		beneficiary, worker := p.beneficiary(), p.worker()
		appointment := p.appointment(beneficiary, worker, now)
		alone = append(alone, direct(b))
		through = append(through, p.through(beneficiary, worker, appointment))
	})
	ratio := through.over(alone)
	b.ReportMetric(1000*through.median(), "ms")
	b.ReportMetric(ratio.median(), "ratio")
	b.Logf("from the first socket, through waiting room and relay, to both hearing each other, against two peers with no server between: takes %v times as long (%.0f ms)",
		ratio, 1000*through.median())
}
