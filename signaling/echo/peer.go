package echo

import (
	"strings"
	"sync/atomic"

	"socialdirect/signaling"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// maxMedia is how many bytes of sound and picture one test may send: a minute at the rate of
// the best picture, and a half more.
const maxMedia = 16 << 20

// maxDescribedCandidates bounds the candidates inside one description.
const maxDescribedCandidates = 20

// peer is the echo's side of a connection.
type peer struct {
	test     *test
	pc       *webrtc.PeerConnection
	loops    map[webrtc.RTPCodecType]*loop
	media    budget
	channels channels
}

// loop is one kind of media, which goes back as it came.
type loop struct {
	track  *webrtc.TrackLocalStaticRTP
	taken  atomic.Bool
	source atomic.Uint32 // the stream that comes in; 0: none yet
}

// codecs are those that every browser has: an echo cannot translate.
var codecs = map[webrtc.RTPCodecType]webrtc.RTPCodecParameters{
	webrtc.RTPCodecTypeAudio: {PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
	}},
	webrtc.RTPCodecTypeVideo: {PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}},
	}},
}

// newAPI returns the settings of every echo. It logs nothing: a log would contain people's
// addresses.
func newAPI() (*webrtc.API, error) {
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	for kind, codec := range codecs {
		if err := media.RegisterCodec(codec, kind); err != nil {
			return nil, err
		}
	}
	silent := logging.NewDefaultLoggerFactory()
	silent.DefaultLogLevel = logging.LogLevelDisabled
	if err := webrtc.RegisterDefaultInterceptorsWithOptions(media, registry, webrtc.WithInterceptorLoggerFactory(silent)); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{LoggerFactory: silent}
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings)), nil
}

func newPeer(api *webrtc.API, t *test) (*peer, error) {
	pc, err := api.NewPeerConnection(webrtc.Configuration{ICEServers: relaysOf(t.trial.EchoServers()), ICETransportPolicy: webrtc.ICETransportPolicyRelay})
	if err != nil {
		return nil, err
	}
	p := &peer{test: t, pc: pc, loops: map[webrtc.RTPCodecType]*loop{}}
	p.media.left.Store(maxMedia)
	p.channels = newChannels(t)
	pc.OnICECandidate(p.found)
	pc.OnTrack(p.loop)
	pc.OnDataChannel(p.channels.answer)
	if err := p.prepare(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func relaysOf(servers []signaling.ICEServer) []webrtc.ICEServer {
	relays := make([]webrtc.ICEServer, len(servers))
	for i, s := range servers {
		relays[i] = webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential}
	}
	return relays
}

// prepare adds sound, picture and the channel for messages, so that one offer has all of them.
func (p *peer) prepare() error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		track, err := webrtc.NewTrackLocalStaticRTP(codecs[kind].RTPCodecCapability, kind.String(), "echo")
		if err != nil {
			return err
		}
		sender, err := p.pc.AddTrack(track)
		if err != nil {
			return err
		}
		its := &loop{track: track}
		p.loops[kind] = its
		go p.obey(sender, its)
	}
	channel, err := p.pc.CreateDataChannel(echoChannel, nil)
	if err == nil {
		p.channels.answer(channel)
	}
	return err
}

// offer offers the connection. The offer goes first: the other side cannot use candidates
// before it.
func (p *peer) offer() error {
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	p.test.say(message{Type: "description", Description: &offer})
	return p.pc.SetLocalDescription(offer)
}

// found sends a candidate of the echo; nil ends them.
func (p *peer) found(c *webrtc.ICECandidate) {
	m := message{Type: "candidate"}
	if c != nil {
		init := c.ToJSON()
		m.Candidate = &init
	}
	p.test.say(m)
}

// describe takes the person's description. An offer while the echo's own is not answered is
// ignored: the person came later, and gives way.
func (p *peer) describe(d webrtc.SessionDescription) error {
	if d.Type == webrtc.SDPTypeOffer && p.pc.SignalingState() != webrtc.SignalingStateStable {
		return nil
	}
	if strings.Count(d.SDP, "a=candidate:") > maxDescribedCandidates {
		return errCandidates
	}
	if err := p.pc.SetRemoteDescription(d); err != nil || d.Type != webrtc.SDPTypeOffer {
		return err
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	p.test.say(message{Type: "description", Description: &answer})
	return p.pc.SetLocalDescription(answer)
}

// candidate takes the person's candidate. One that cannot be used, or that comes before the
// description, is dropped: another may do.
func (p *peer) candidate(c *webrtc.ICECandidateInit) {
	if c != nil && p.pc.RemoteDescription() != nil {
		_ = p.pc.AddICECandidate(*c) // see above
	}
}

// loop sends the first track of each kind back, without looking into it, until it ends or more
// came than a test needs.
func (p *peer) loop(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	its := p.loops[remote.Kind()]
	if its == nil || its.taken.Swap(true) {
		return
	}
	its.source.Store(uint32(remote.SSRC()))
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		if !p.media.spend(packet.MarshalSize()) {
			p.test.refuse(tooMuch)
			return
		}
		packet.Extension, packet.Extensions = false, nil // they are about the way here
		_ = its.track.WriteRTP(packet)                   // what is lost counts as lost by the network
	}
}

// obey reads the reports about what goes back, and hands on requests for a whole picture.
func (p *peer) obey(sender *webrtc.RTPSender, its *loop) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			p.handOn(packet, its.source.Load())
		}
	}
}

func (p *peer) handOn(packet rtcp.Packet, source uint32) {
	switch packet.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		_ = p.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: source}}) // it is asked for again
	}
}

func (p *peer) close() { _ = p.pc.GracefulClose() } // nothing is left to do
