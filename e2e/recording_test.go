package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/clocktest"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// tone is 20 ms of a sound of that frequency, as G.711 sends samples: what is sent is what is
// heard, so that a recording would contain these bytes.
func tone(frequency float64) []byte {
	samples := make([]byte, 160)
	for i := range samples {
		samples[i] = companded(12_000 * math.Sin(2*math.Pi*frequency*float64(i)/8000))
	}
	return samples
}

// companded is a sample in μ-law (ITU-T G.711).
func companded(sample float64) byte {
	sign := byte(0)
	if sample < 0 {
		sign, sample = 0x80, -sample
	}
	value, exponent := int(sample)+132, byte(7)
	for mask := 0x4000; value&mask == 0 && exponent > 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | exponent<<4 | byte(value>>(exponent+3))&0x0f)
}

// picture is a part of a frame whose bytes nothing else contains.
func picture(name string) []byte {
	var frame []byte
	for part := byte(0); len(frame) < 1000; part++ {
		sum := sha256.Sum256(append([]byte(name), part))
		frame = append(frame, sum[:]...)
	}
	return append([]byte{0x10}, frame...) // the descriptor of a VP8 packet that begins a frame
}

// windows are pieces of 16 bytes of what was sent, from all over it.
func windows(sent ...[]byte) (pieces [][]byte) {
	for _, media := range sent {
		for at := 1; at+16 <= len(media); at += len(media) / 6 {
			pieces = append(pieces, media[at:at+16])
		}
	}
	return pieces
}

// forms are the forms in which a store could hold a piece.
func forms(piece []byte) [][]byte {
	all := [][]byte{piece, []byte(hex.EncodeToString(piece)), []byte(strings.ToUpper(hex.EncodeToString(piece)))}
	for shift := range 3 { // base64 of a longer text that contains the piece
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), piece...))
		all = append(all, []byte(text[(shift*8+5)/6:len(text)-1]))
	}
	return all
}

// holds reports whether a content holds any piece in any form.
func holds(content []byte, pieces [][]byte) bool {
	for _, piece := range pieces {
		for _, form := range forms(piece) {
			if bytes.Contains(content, form) {
				return true
			}
		}
	}
	return false
}

// filesWith returns the files below a folder that hold any piece.
func filesWith(t *testing.T, folder string, pieces [][]byte) (found []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // what is gone meanwhile, and sockets
		}
		content, err := os.ReadFile(path)
		if err == nil && holds(content, pieces) {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// browserOf signs an account of the demo in, without a browser.
func (d *demonstration) browserOf(t *testing.T, who account) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute}
	d.submit(t, client, "/connexion", url.Values{"email": {who.Email}, "password": {who.Password}})
	if who.TOTPSecret != "" {
		d.submit(t, client, "/connexion/second-facteur", url.Values{"code": {code(t, who.TOTPSecret)}})
	}
	return client
}

func (d *demonstration) submit(t *testing.T, client *http.Client, path string, fields url.Values) {
	t.Helper()
	response, err := client.PostForm(d.URL+path, fields)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, response.Status)
	}
}

// talker is one end of a call: a socket, and a connection that sends a known sound and picture.
type talker struct {
	t      *testing.T
	socket *websocket.Conn
	pc     *webrtc.PeerConnection
	tracks []*webrtc.TrackLocalStaticRTP
	sends  [][]byte // by track
	heard  sync.Map // what came, as text
	number atomic.Uint32

	writing sync.Mutex
}

// said is any message of the call's socket.
type said struct {
	Type        string                     `json:"type"`
	ID          string                     `json:"id,omitempty"`
	To          string                     `json:"to,omitempty"`
	From        string                     `json:"from,omitempty"`
	Description *webrtc.SessionDescription `json:"description,omitempty"`
	Candidate   *webrtc.ICECandidateInit   `json:"candidate,omitempty"`
	ICEServers  []webrtc.ICEServer         `json:"ice_servers,omitempty"`
}

// joins opens the call's socket in the name of a browser.
func (d *demonstration) joins(t *testing.T, client *http.Client, appointment string, sends ...[]byte) *talker {
	t.Helper()
	dialer := websocket.Dialer{Jar: client.Jar}
	socket, response, err := dialer.Dial("ws"+strings.TrimPrefix(d.URL, "http")+"/rendez-vous/"+appointment+"/appel/ws", http.Header{"Origin": {d.URL}})
	if err != nil {
		t.Fatal(response, err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return &talker{t: t, socket: socket, sends: sends}
}

// wants reads until a message of that type.
func (p *talker) wants(kind string) (m said) {
	p.t.Helper()
	_ = p.socket.SetReadDeadline(time.Now().Add(time.Minute))
	for m.Type != kind {
		_, data, err := p.socket.ReadMessage()
		if err == nil {
			m = said{}
			err = json.Unmarshal(data, &m)
		}
		if err != nil {
			p.t.Fatalf("wants %s: %v", kind, err)
		}
	}
	return m
}

func (p *talker) say(m said) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_ = p.socket.WriteJSON(m) // the call may be over
}

// connect makes the connection to the other participant, through the relays of the welcome.
func (p *talker) connect(servers []webrtc.ICEServer, other string) {
	p.t.Helper()
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	media := &webrtc.MediaEngine{}
	p.ok(media.RegisterDefaultCodecs())
	var err error
	p.pc, err = webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media)).NewPeerConnection(
		webrtc.Configuration{ICEServers: servers, ICETransportPolicy: webrtc.ICETransportPolicyRelay})
	p.ok(err)
	p.t.Cleanup(func() { _ = p.pc.Close() })
	for _, kind := range []string{webrtc.MimeTypePCMU, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: kind}, kind, "call")
		p.ok(err)
		_, err = p.pc.AddTrack(track)
		p.ok(err)
		p.tracks = append(p.tracks, track)
	}
	p.pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			p.heard.Store(string(packet.Payload), true)
		}
	})
	p.pc.OnICECandidate(func(found *webrtc.ICECandidate) {
		if found != nil {
			candidate := found.ToJSON()
			p.say(said{Type: "candidate", To: other, Candidate: &candidate})
		}
	})
}

func (p *talker) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// follow obeys the other side's messages until the socket ends.
func (p *talker) follow() {
	_ = p.socket.SetReadDeadline(time.Time{})
	for {
		var m said
		if p.socket.ReadJSON(&m) != nil {
			return
		}
		switch {
		case m.Type == "candidate" && m.Candidate != nil:
			_ = p.pc.AddICECandidate(*m.Candidate) // one that cannot be used is of no use
		case m.Type == "description":
			p.obey(m)
		}
	}
}

func (p *talker) obey(m said) {
	if err := p.pc.SetRemoteDescription(*m.Description); err != nil || m.Description.Type != webrtc.SDPTypeOffer {
		return
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return
	}
	p.say(said{Type: "description", To: m.From, Description: &answer})
	_ = p.pc.SetLocalDescription(answer)
}

func (p *talker) offer(to string) {
	p.t.Helper()
	offer, err := p.pc.CreateOffer(nil)
	p.ok(err)
	p.say(said{Type: "description", To: to, Description: &offer})
	p.ok(p.pc.SetLocalDescription(offer))
}

// speaks sends one packet of each track.
func (p *talker) speaks() {
	p.t.Helper()
	number := uint16(p.number.Add(1))
	for i, track := range p.tracks {
		p.ok(track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: number, Timestamp: uint32(number) * 160}, Payload: p.sends[i]}))
	}
}

// has reports whether everything that was sent to p has arrived as it was.
func (p *talker) has(sent [][]byte) bool {
	for _, media := range sent {
		if _, arrived := p.heard.Load(string(media)); !arrived {
			return false
		}
	}
	return true
}

// A call with a known sound and a known picture, through the built program; then everything that
// the program has written is searched for pieces of them: its folder with database, store and
// mails, the temporary files, its output, and what pg_dump reads.
func TestR23_NothingOfACallIsFoundInDatabaseStorageTemporaryFilesOrLogs(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp(shared, "call") // a short path: the database's socket lies in it
	if err != nil {
		t.Fatal(err)
	}
	temporary := filepath.Join(folder, "tmp")
	if err := os.Mkdir(temporary, 0o755); err != nil {
		t.Fatal(err)
	}
	d, err := startDemoWith([]string{"TMPDIR=" + temporary}, static, filepath.Join(folder, "demo"), "127.0.0.1:0", clocktest.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.stop() })
	appointment := d.currentCall(t)
	nadia := d.joins(t, d.browserOf(t, d.account(t, "social_worker")), appointment, tone(440), picture("Nadia"))
	zoe := d.joins(t, d.browserOf(t, d.account(t, "beneficiary")), appointment, tone(523.25), picture("Zoé"))
	hold(t, nadia, zoe)

	pieces := windows(append(nadia.sends, zoe.sends...)...)
	d.holdsNothing(t, folder, pieces)
	searchFinds(t, d, folder, pieces[0])
}

// hold lets the two talk until each has received the other's sound and picture, and ends the
// call.
func hold(t *testing.T, nadia, zoe *talker) {
	t.Helper()
	nadia.connect(nadia.wants("welcome").ICEServers, "P1")
	nadia.wants("knocking")
	nadia.say(said{Type: "admit", ID: "P1"})
	zoe.connect(zoe.wants("welcome").ICEServers, "P2")
	nadia.wants("joined")
	var following sync.WaitGroup
	following.Go(nadia.follow)
	following.Go(zoe.follow)
	nadia.offer("P1")
	await(t, "sound and picture both ways", time.Minute, func() bool {
		nadia.speaks()
		zoe.speaks()
		return nadia.has(zoe.sends) && zoe.has(nadia.sends)
	})
	for range 500 { // ten seconds of sound
		nadia.speaks()
		zoe.speaks()
	}
	for _, p := range []*talker{nadia, zoe} {
		p.say(said{Type: "leave"})
	}
	following.Wait()
}

// currentCall returns the appointment of the call that is under way in a demo.
func (d *demonstration) currentCall(t *testing.T) (appointment string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	err = conn.QueryRow(t.Context(), `select p.id::text from appointments p join accounts b on b.id = p.beneficiary_id
		where b.email = $1 and p.mode = 'video' and p.status = 'confirmed' and period @> platform_now()`, d.account(t, "beneficiary").Email).Scan(&appointment)
	if err != nil {
		t.Fatal(err)
	}
	return appointment
}

// holdsNothing fails the test if anything that the program wrote holds a piece.
func (d *demonstration) holdsNothing(t *testing.T, folder string, pieces [][]byte) {
	t.Helper()
	for _, file := range filesWith(t, folder, pieces) {
		t.Errorf("%s holds a part of the call", file)
	}
	if holds([]byte(d.output.String()), pieces) {
		t.Error("the log holds a part of the call")
	}
	if holds(d.dump(t), pieces) {
		t.Error("the database holds a part of the call")
	}
}

// dump returns what pg_dump reads, which no page of the database's files hides by compression.
func (d *demonstration) dump(t *testing.T) []byte {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump") // Debian's, where it is no wrapper
	if err != nil || found == nil {
		found = []string{"pg_dump"}
	}
	text, err := exec.CommandContext(t.Context(), found[len(found)-1], "--dbname="+d.PostgresURL).Output()
	if err != nil || !bytes.Contains(text, []byte("call_attendances")) {
		t.Fatalf("pg_dump: %v", err)
	}
	return text
}

// searchFinds shows that the search finds a piece in each place and form.
func searchFinds(t *testing.T, d *demonstration, folder string, piece []byte) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	around := append(append(bytes.Repeat([]byte{7}, 3), piece...), 7)
	if _, err := conn.Exec(t.Context(), `create table kept as select $1::bytea as media`, around); err != nil {
		t.Fatal(err)
	}
	pieces := [][]byte{piece}
	if !holds(d.dump(t), pieces) {
		t.Error("the search does not find what the database holds")
	}
	for name, content := range map[string][]byte{"raw": around, "hex": []byte(hex.EncodeToString(around)), "base64": []byte(base64.StdEncoding.EncodeToString(around))} {
		path := filepath.Join(folder, "tmp", name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if found := filesWith(t, filepath.Join(folder, "tmp"), pieces); len(found) != 1 {
			t.Errorf("%s: found in %v", name, found)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
