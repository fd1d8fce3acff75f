package signaling

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// RelayConfig says where browsers reach the relay.
type RelayConfig struct {
	Listen           string         // the embedded relay's address, UDP and TCP; port 0 for any free one
	PublicIP         net.IP         // the address at which browsers reach the embedded relay; nil: no embedded relay
	Secret           string         // shared with external relays (coturn: static-auth-secret)
	URLs             []string       // external relays
	Addresses        []netip.Prefix // of the ports of external relays; empty: what the names in URLs resolve to
	MinPort, MaxPort uint16         // the embedded relay's own ports, both included; both 0: 49152 to 65535

	CertFile, KeyFile string         // of the embedded relay, which then speaks TLS too, over the same TCP port; empty: no TLS
	TLSAddress        string         // host and port at which browsers reach it with TLS; empty: the certificate's name, 443
	Proxies           []netip.Prefix // connect to it over TCP for many clients
}

// ICEServer is one entry of a browser's RTCConfiguration.iceServers.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Relay issues credentials for TURN servers, and runs the embedded one.
type Relay struct {
	secret   []byte
	own      []string // the embedded relay's addresses
	external []string // URLs of external relays
	now      func() time.Time
	grants   *grants

	server *turn.Server // nil with external relays
	here   string       // address of the embedded one on this machine
	ports  *relayPorts
	tcp    *clientListener
	places *places
}

// realm is the realm of the embedded relay (RFC 8489, 9.2).
const realm = "socialdirect"

// StartRelay starts the embedded relay or, if PublicIP is nil, only issues credentials for the
// external ones.
func StartRelay(cfg RelayConfig) (*Relay, error) { return startRelay(cfg, time.Now) }

func startRelay(cfg RelayConfig, now func() time.Time) (*Relay, error) {
	if cfg.Secret == "" {
		return nil, errors.New("relay: no secret")
	}
	r := &Relay{secret: []byte(cfg.Secret), external: cfg.URLs, now: now, grants: newGrants(), places: newPlaces(cfg, now)}
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
	secure, secureURL, err := secured(cfg)
	if err != nil {
		return err
	}
	udp, tcp, err := listenBoth(cfg.Listen)
	if err != nil {
		return err
	}
	r.ports, err = newRelayPorts(cfg, r.grants, r.now)
	if err == nil {
		r.tcp = newClientListener(tcp, secure, cfg.Proxies)
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
	r.own = []string{"turn:" + host + "?transport=udp", "turn:" + host + "?transport=tcp"}
	if secureURL != "" {
		r.own = append(r.own, secureURL)
	}
	return nil
}

// silent returns a logger that drops everything: the relay's log would contain people's
// addresses.
func silent() *logging.DefaultLoggerFactory {
	f := logging.NewDefaultLoggerFactory()
	f.DefaultLogLevel = logging.LogLevelDisabled
	return f
}

// portTries is the number of attempts to find a port that is free for UDP and TCP.
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

// URL returns the first URL at which browsers reach a relay.
func (r *Relay) URL() string { return append(r.own, r.external...)[0] }

// Close stops the embedded relay and all media through it.
func (r *Relay) Close() error {
	if r.server == nil {
		return nil
	}
	err := r.server.Close()
	r.tcp.closeClients()
	return err
}

// iceServers returns the relays with credentials for this participant of this call (TURN REST
// API, draft-uberti-behave-turn-rest-00), and when they expire, at the latest after open.
func (r *Relay) iceServers(h holder, open time.Duration) (servers []ICEServer, expires time.Time) {
	now := r.now()
	its := r.grants.renew(h, r.user(h), now, now.Add(open))
	if len(r.own) > 0 {
		servers = append(servers, r.credentials(r.own, its.user, its.expires))
	}
	if len(r.external) > 0 {
		h.session = "" // an external relay cannot revoke a session's user, and has quotas per user
		servers = append(servers, r.credentials(r.external, r.user(h), its.expires))
	}
	return servers, its.expires
}

func (r *Relay) credentials(urls []string, user string, expires time.Time) ICEServer {
	username := strconv.FormatInt(expires.Unix(), 10) + ":" + user
	return ICEServer{URLs: urls, Username: username, Credential: r.password(username)}
}

// user returns the holder's user name at the relay. It is the same at every renewal, and
// reveals neither the call nor the person.
func (r *Relay) user(h holder) string {
	mac := hmac.New(sha256.New, r.secret)
	fmt.Fprintf(mac, "relay user %s %s %s %x %s", h.call, h.participant, h.account, h.session, h.guest)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

func (r *Relay) password(username string) string {
	mac := hmac.New(sha1.New, r.secret)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// authenticate returns the key of a username for the relay. Only credentials that have not
// expired can allocate a port. Requests about an allocated port are accepted as long as the
// grant is valid: browsers refresh it with the credentials of its allocation, and a call may
// last longer than these.
func (r *Relay) authenticate(ask *turn.RequestAttributes) (user string, key []byte, ok bool) {
	expires, user, err := parseUsername(ask.Username)
	if err != nil || ask.Method == stun.MethodAllocate && !r.now().Before(expires) {
		return "", nil, false
	}
	if _, stands := r.grants.of(user, r.now()); !stands {
		return "", nil, false
	}
	return user, turn.GenerateAuthKey(ask.Username, ask.Realm, r.password(ask.Username)), true
}

// mayAllocate decides on an allocation after the credentials were verified.
func (r *Relay) mayAllocate(user, _ string, client net.Addr) bool {
	r.tcp.prove(client)
	return r.ports.within(user)
}

// parseUsername splits a username into its expiry and the user.
func parseUsername(username string) (expires time.Time, user string, err error) {
	seconds, user, ok := strings.Cut(username, ":")
	if !ok || user == "" {
		return time.Time{}, "", errors.New("relay: a username without expiry")
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	return time.Unix(unix, 0), user, err
}
