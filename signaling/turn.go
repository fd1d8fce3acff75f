package signaling

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// RelayConfig says where browsers find the relay.
type RelayConfig struct {
	Listen           string   // the embedded relay's address, UDP and TCP; port 0 takes a free one
	PublicIP         net.IP   // the address at which browsers reach the embedded relay; nil: none is started
	Secret           string   // shared with external relays (coturn: static-auth-secret)
	URLs             []string // external relays, used when PublicIP is nil
	MinPort, MaxPort uint16   // the embedded relay's own ports, both included; both 0: 49152 to 65535
}

// ICEServer is one entry of a browser's RTCConfiguration.iceServers.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Relay hands out credentials for TURN servers, and runs the embedded one.
type Relay struct {
	secret []byte
	urls   []string
	now    func() time.Time

	external []string     // those that are not run here
	server   *turn.Server // nil with external relays
	here     string       // where the embedded one is reached from this machine
	ports    *relayPorts
	tcp      *clientListener
}

// realm is the embedded relay's (RFC 8489, 9.2).
const realm = "socialdirect"

// StartRelay starts the embedded relay, or, where PublicIP is nil, prepares to
// hand out credentials for the external ones.
func StartRelay(cfg RelayConfig) (*Relay, error) { return startRelay(cfg, time.Now) }

func startRelay(cfg RelayConfig, now func() time.Time) (*Relay, error) {
	if cfg.Secret == "" {
		return nil, errors.New("relay: no secret")
	}
	r := &Relay{secret: []byte(cfg.Secret), urls: cfg.URLs, external: cfg.URLs, now: now}
	switch {
	case cfg.PublicIP != nil:
		if err := r.start(cfg); err != nil {
			return nil, fmt.Errorf("relay: %w", err)
		}
	case len(cfg.URLs) == 0:
		return nil, errors.New("relay: neither a public address nor external relays")
	}
	return r, nil
}

func (r *Relay) start(cfg RelayConfig) error {
	udp, tcp, err := listenBoth(cfg.Listen)
	if err != nil {
		return err
	}
	r.ports, err = newRelayPorts(cfg, r.now)
	if err == nil {
		r.tcp = newClientListener(tcp)
		r.server, err = turn.NewServer(turn.ServerConfig{
			Realm:             realm,
			AuthHandler:       r.authenticate,
			QuotaHandler:      r.mayAllocate,
			PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: r.ports, PermissionHandler: r.ports.permits}},
			ListenerConfigs:   []turn.ListenerConfig{{Listener: r.tcp, RelayAddressGenerator: r.ports, PermissionHandler: r.ports.permits}},
			LoggerFactory:     silent(),
		})
	}
	if err != nil {
		_, _ = udp.Close(), tcp.Close()
		return err
	}
	r.here = udp.LocalAddr().String()
	host := net.JoinHostPort(cfg.PublicIP.String(), strconv.Itoa(udp.LocalAddr().(*net.UDPAddr).Port))
	r.urls = append([]string{"turn:" + host + "?transport=udp", "turn:" + host + "?transport=tcp"}, cfg.URLs...)
	return nil
}

// silent keeps the addresses of people out of the log.
func silent() *logging.DefaultLoggerFactory {
	f := logging.NewDefaultLoggerFactory()
	f.DefaultLogLevel = logging.LogLevelDisabled
	return f
}

// portTries is how often a free port is looked for that is free for UDP and TCP.
const portTries = 10

// listenBoth listens on one port with UDP and TCP.
func listenBoth(address string) (net.PacketConn, net.Listener, error) {
	var err error
	for range portTries {
		var udp net.PacketConn
		if udp, err = net.ListenPacket("udp", address); err != nil {
			return nil, nil, err
		}
		var tcp net.Listener
		if tcp, err = net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			return udp, tcp, nil
		}
		_ = udp.Close()
		if !strings.HasSuffix(address, ":0") {
			break
		}
	}
	return nil, nil, err
}

// URL is the first address at which browsers reach a relay.
func (r *Relay) URL() string { return r.urls[0] }

// Close ends the embedded relay and every call's way through it.
func (r *Relay) Close() error {
	if r.server == nil {
		return nil
	}
	err := r.server.Close()
	r.tcp.closeClients()
	return err
}

// iceServers are the relays with credentials that are valid until the given
// instant, for this participant of this call alone (TURN REST API,
// draft-uberti-behave-turn-rest-00).
func (r *Relay) iceServers(participant string, call uuid.UUID, until time.Time) []ICEServer {
	username := fmt.Sprintf("%d:%s-of-%s", until.Unix(), participant, call)
	return []ICEServer{{URLs: r.urls, Username: username, Credential: r.password(username)}}
}

func (r *Relay) password(username string) string {
	mac := hmac.New(sha1.New, r.secret)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// authenticate answers the relay's question for a password. The whole username
// is the user, so that one call's quota and expiry are its own.
func (r *Relay) authenticate(ask *turn.RequestAttributes) (user string, key []byte, ok bool) {
	until, err := expiry(ask.Username)
	if err != nil || !r.now().Before(until) {
		return "", nil, false
	}
	return ask.Username, turn.GenerateAuthKey(ask.Username, ask.Realm, r.password(ask.Username)), true
}

// mayAllocate is asked once the credentials were found to hold.
func (r *Relay) mayAllocate(user, _ string, client net.Addr) bool {
	r.tcp.prove(client)
	return r.ports.within(user)
}

// expiry reads the instant in front of a username.
func expiry(username string) (time.Time, error) {
	seconds, user, ok := strings.Cut(username, ":")
	if !ok || user == "" {
		return time.Time{}, errors.New("relay: a username without expiry")
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	return time.Unix(unix, 0), err
}
