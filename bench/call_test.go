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
	// Now and then the first checks of both cross the relay before either side has allowed the
	// other there. Browsers try again after 50 ms; pion after 200, or its shortest timeout.
	settings.SetICETimeouts(50*time.Millisecond, 25*time.Second, 50*time.Millisecond)
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

// direct connects two peers that exchange their messages in memory, each delayed by delay, and
// returns the seconds until both have received packets. servers are those of each.
func direct(b testing.TB, servers [2][]webrtc.ICEServer, delay time.Duration) float64 {
	b.Helper()
	began := time.Now()
	var one, other *peer
	var ends [2]chan message
	for i := range ends {
		ends[i] = make(chan message, 64)
	}
	var sent sync.WaitGroup
	to := func(end chan message) func(message) {
		return func(m message) {
			if delay == 0 {
				end <- m
				return
			}
			sent.Add(1)
			time.AfterFunc(delay, func() { defer sent.Done(); end <- m })
		}
	}
	one = newPeer(b, servers[0], to(ends[1]))
	other = newPeer(b, servers[1], to(ends[0]))
	var listening sync.WaitGroup
	for i, p := range []*peer{one, other} {
		listening.Go(func() { p.listen(ends[i]) })
	}
	one.offer()
	talk(b, one, other)
	seconds := time.Since(began).Seconds()
	hangUp(b, one, other)
	sent.Wait()
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

func (p *platform) join(host string, who person, appointment uuid.UUID) *line {
	p.b.Helper()
	header := http.Header{"Origin": {p.server.URL}, "Cookie": {"session=" + who.token}, "Host": {p.server.Listener.Addr().String()}}
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+host+"/rendez-vous/"+appointment.String()+"/appel/ws", header)
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

// route is how people reach the platform, and its relay where it is not reached directly.
type route struct{ host, relay string }

// servers returns the relay's servers of a welcome, as they are reached.
func (r route) servers(m message) []webrtc.ICEServer {
	if r.relay == "" {
		return m.ICEServers
	}
	return by(m.ICEServers, r.relay)
}

// through connects two peers as browsers are: with sockets, the waiting room and the relay. The
// worker is there already. It returns the seconds from the beneficiary's dial, and from their
// admission, until both have received packets, and what the same two may use of the relay.
func (p *platform) through(way route, beneficiary, worker person, appointment uuid.UUID) (dialled, admitted float64, servers [2][]webrtc.ICEServer) {
	p.b.Helper()
	workerLine := p.join(way.host, worker, appointment)
	servers[0] = way.servers(workerLine.wants("welcome"))
	workerPeer := newPeer(p.b, servers[0], workerLine.to("P1"))
	p.visit("/rendez-vous/"+appointment.String()+"/appel", beneficiary) // as a browser has
	began := time.Now()
	beneficiaryLine := p.join(way.host, beneficiary, appointment)
	workerLine.wants("knocking")
	admission := time.Now()
	ok(p.b, workerLine.conn.WriteJSON(message{Type: "admit", ID: "P1"}))
	servers[1] = way.servers(beneficiaryLine.wants("welcome"))
	beneficiaryPeer := newPeer(p.b, servers[1], beneficiaryLine.to("P2"))
	workerLine.wants("joined")
	var following sync.WaitGroup
	following.Go(func() { workerLine.follow(workerPeer) })
	following.Go(func() { beneficiaryLine.follow(beneficiaryPeer) })
	workerPeer.offer()
	talk(p.b, workerPeer, beneficiaryPeer)
	dialled, admitted = time.Since(began).Seconds(), time.Since(admission).Seconds()
	pair, err := workerPeer.pc.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	ok(p.b, err)
	if pair.Local.Typ != webrtc.ICECandidateTypeRelay || pair.Remote.Typ != webrtc.ICECandidateTypeRelay {
		p.b.Errorf("the call goes %s to %s, not through the relay", pair.Local.Typ, pair.Remote.Typ)
	}
	hangUp(p.b, workerPeer, beneficiaryPeer)
	ok(p.b, workerLine.conn.Close())
	ok(p.b, beneficiaryLine.conn.Close())
	following.Wait()
	return dialled, admitted, servers
}

// Limits of setting up a call, against two peers through the same relay without a server.
const (
	pairs      = 100
	setUpHalf  = 1.15
	setUpMost  = 1.3
	setUpWorst = 10 // times the baseline's own 95th percentile: no round may take tens of times as long
)

func BenchmarkCallSetup(b *testing.B) {
	p := newPlatform(b, 10)
	way, now := route{host: p.server.Listener.Addr().String()}, time.Now().Truncate(time.Hour)
	var through, alone sample
	rounds(b, pairs, func() {
		beneficiary, worker := p.beneficiary(), p.worker()
		dialled, _, servers := p.through(way, beneficiary, worker, p.appointment(beneficiary, worker, now))
		through = append(through, dialled)
		alone = append(alone, direct(b, servers, 0))
	})
	half, most := through.quantile(0.5)/alone.quantile(0.5), through.quantile(0.95)/alone.quantile(0.95)
	b.ReportMetric(half, "p50_ratio")
	b.ReportMetric(most, "p95_ratio")
	b.Logf("from the second participant's dial to both hearing each other, against two peers through the same relay: %.2f times at p50 (%.1f ms against %.1f), %.2f at p95 (%.1f against %.1f), worst %.1f against %.1f",
		half, 1000*through.quantile(0.5), 1000*alone.quantile(0.5), most, 1000*through.quantile(0.95), 1000*alone.quantile(0.95), 1000*through.quantile(1), 1000*alone.quantile(1))
	sample{half}.atMost(b, "setting up a call, p50", setUpHalf)
	sample{most}.atMost(b, "setting up a call, p95", setUpMost)
	sample{through.quantile(1) / alone.quantile(0.95)}.atMost(b, "the slowest call set up", setUpWorst)
}

// Limits of setting up a call on a slow way.
const (
	roundTrip  = 60 * time.Millisecond
	admission  = 1   // round trips of the admission itself: to the server, and on to both
	ownAtMost  = 0.5 // round trips that the server may add to those of two peers without it
	slowRounds = 15
)

// Through a proxy that delays signalling and media, a call takes as many round trips from the
// admission to media as two peers need that tell each other everything in one.
func BenchmarkCallRoundTrips(b *testing.B) {
	p := newPlatform(b, 10)
	relay := strings.TrimPrefix(strings.TrimSuffix(p.services.relay.URL(), "?transport=udp"), "turn:")
	way := route{host: delayTCP(b, p.server.Listener.Addr().String(), roundTrip/2), relay: delayUDP(b, relay, roundTrip/2)}
	now := time.Now().Truncate(time.Hour)
	var more, own sample
	rounds(b, slowRounds, func() {
		beneficiary, worker := p.beneficiary(), p.worker()
		_, admitted, servers := p.through(way, beneficiary, worker, p.appointment(beneficiary, worker, now))
		alone := direct(b, servers, roundTrip)
		own = append(own, alone/roundTrip.Seconds())
		more = append(more, (admitted-alone)/roundTrip.Seconds()-admission)
	})
	b.ReportMetric(own.median(), "own_round_trips")
	b.ReportMetric(more.median(), "more_round_trips")
	b.Logf("from admission to media, with %v of delay: %v round trips beyond the admission's own and the %v of two peers without a server", roundTrip, more, own)
	more.atMost(b, "round trips that the server adds to a call", ownAtMost)
}
