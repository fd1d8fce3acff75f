package signaling_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"socialdirect/signaling"

	"github.com/google/uuid"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// relayAddress returns the relay's UDP address on this machine, whatever its public one.
func relayAddress(r *signaling.Relay) string {
	_, port, _ := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(r.URL(), "turn:"), "?transport=udp"))
	return net.JoinHostPort("127.0.0.1", port)
}

// client connects to the relay over UDP with the given credentials.
func client(t *testing.T, r *signaling.Relay, c signaling.ICEServer) *turn.Client {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return clientOver(t, r, c, conn)
}

func clientOver(t *testing.T, r *signaling.Relay, c signaling.ICEServer, conn net.PacketConn) *turn.Client {
	t.Helper()
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: relayAddress(r), TURNServerAddr: relayAddress(r), Conn: conn,
		Username: c.Username, Password: c.Credential, LoggerFactory: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		_ = conn.Close()
	})
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	return client
}

func allocate(t *testing.T, c *turn.Client) net.PacketConn {
	t.Helper()
	port, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	return port
}

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

// userOf returns a username without its expiry.
func userOf(c signaling.ICEServer) string { return c.Username[strings.Index(c.Username, ":")+1:] }

func expiryOf(t *testing.T, c signaling.ICEServer) time.Time {
	t.Helper()
	seconds, err := strconv.ParseInt(strings.Split(c.Username, ":")[0], 10, 64)
	must(t, err)
	return time.Unix(seconds, 0)
}

func TestR44_TheRelayRefusesWrongCredentials(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	call := uuid.New()
	good := r.Credentials("P1", call, inAnHour())
	ended := r.Credentials("P1", uuid.New(), inAnHour())
	r.End(ended)
	for name, c := range map[string]signaling.ICEServer{
		"expired":             r.Credentials("P1", uuid.New(), time.Now().Add(-time.Second)),
		"an earlier expiry":   {Username: strings.Replace(good.Username, "1", "0", 1), Credential: good.Credential},
		"another password":    {Username: good.Username, Credential: "x" + good.Credential},
		"another participant": {Username: r.Credentials("P2", call, inAnHour()).Username, Credential: good.Credential},
		"a later expiry":      {Username: "9" + good.Username, Credential: good.Credential},
		"of another relay":    startRelay(t, time.Now).Credentials("P1", uuid.New(), inAnHour()), // with the same secret
		"ended":               ended,
		"no expiry":           {Username: "P1", Credential: good.Credential},
		"nobody":              {Username: strings.Split(good.Username, ":")[0] + ":", Credential: good.Credential},
		"another call's":      {Username: r.Credentials("P1", uuid.New(), inAnHour()).Username, Credential: good.Credential},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if port, err := client(t, r, c).Allocate(); err == nil {
				_ = port.Close()
				t.Error("accepted")
			}
		})
	}
	allocate(t, client(t, r, good))
}

func TestR44_CredentialsEndWithTheCall(t *testing.T) {
	t.Parallel()
	closes := inAnHour().Truncate(time.Second)
	r := startRelay(t, func() time.Time { return closes.Add(-50 * time.Millisecond) })
	allocate(t, client(t, r, r.Credentials("P1", uuid.New(), closes)))
	if open := r.OpenPorts(); open != 1 {
		t.Errorf("%d ports are open", open)
	}
	eventually(t, "the port's end", func() bool { return r.OpenPorts() == 0 })
}

func TestR25_TheRelayForwardsOnlyBetweenItsOwnPorts(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	call := uuid.New()
	outside, err := net.ListenPacket("udp4", "127.0.0.1:0") // the relay's own address, another port
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	one := client(t, r, r.Credentials("P1", call, inAnHour()))
	two := client(t, r, r.Credentials("P2", call, inAnHour()))
	portOne, portTwo := allocate(t, one), allocate(t, two)
	for _, elsewhere := range []string{"127.0.0.2", "10.0.0.1", "169.254.169.254", "192.0.2.1"} {
		if err := one.CreatePermission(&net.UDPAddr{IP: net.ParseIP(elsewhere), Port: 80}); err == nil {
			t.Errorf("%s is permitted", elsewhere)
		}
	}
	for _, p := range []struct {
		client *turn.Client
		peers  []net.Addr
	}{{one, []net.Addr{portTwo.LocalAddr(), outside.LocalAddr()}}, {two, []net.Addr{portOne.LocalAddr()}}} {
		if err := p.client.CreatePermission(p.peers...); err != nil {
			t.Fatal(err)
		}
	}
	// Packets to and from the outside are dropped, packets to the sister port arrive. The relay
	// reads its clients in order, so that a later packet shows that earlier ones were dropped.
	mustWrite(t, portOne, "to the outside", outside.LocalAddr())
	mustWrite(t, outside, "from the outside", portTwo.LocalAddr())
	mustWrite(t, outside, "from the outside", portOne.LocalAddr())
	mustWrite(t, portOne, "to the sister", portTwo.LocalAddr())
	if text, from := mustRead(t, portTwo); text != "to the sister" || from != portOne.LocalAddr().String() {
		t.Errorf("received %q from %s", text, from)
	}
	mustWrite(t, portTwo, "back", portOne.LocalAddr())
	if text, from := mustRead(t, portOne); text != "back" || from != portTwo.LocalAddr().String() {
		t.Errorf("received %q from %s", text, from)
	}
	self := outside.LocalAddr()
	mustWrite(t, outside, "end", self)
	if text, from := mustRead(t, outside); text != "end" {
		t.Errorf("the outside received %q from %s", text, from)
	}
}

// Behind address translation, no interface of the machine has the relay's public address.
func TestR44_TheRelayWorksBehindAddressTranslation(t *testing.T) {
	t.Parallel()
	r, err := signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(203, 0, 113, 9), Secret: "a secret of the test's own"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	call := uuid.New()
	one, two := client(t, r, r.Credentials("P1", call, inAnHour())), client(t, r, r.Credentials("P2", call, inAnHour()))
	portOne, portTwo := allocate(t, one), allocate(t, two)
	permit(t, one, portTwo)
	permit(t, two, portOne)
	mustWrite(t, portOne, "hello", portTwo.LocalAddr())
	if text, from := mustRead(t, portTwo); text != "hello" || from != portOne.LocalAddr().String() || !strings.HasPrefix(from, "203.0.113.9:") {
		t.Errorf("received %q from %s", text, from)
	}
}

func TestR44_CredentialsDoNotReachOtherCalls(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	call, otherCall := uuid.New(), uuid.New()
	stranger := client(t, r, r.Credentials("P1", otherCall, inAnHour()))
	one, two := client(t, r, r.Credentials("P1", call, inAnHour())), client(t, r, r.Credentials("P2", call, inAnHour()))
	portStranger, portOne, portTwo := allocate(t, stranger), allocate(t, one), allocate(t, two)
	permit(t, stranger, portTwo)
	permit(t, one, portTwo)
	permit(t, two, portStranger, portOne)
	mustWrite(t, portStranger, "from another call", portTwo.LocalAddr())
	mustWrite(t, portOne, "from this call", portTwo.LocalAddr())
	if text, _ := mustRead(t, portTwo); text != "from this call" {
		t.Errorf("received %q", text)
	}
}

func permit(t *testing.T, c *turn.Client, ports ...net.PacketConn) {
	t.Helper()
	for _, port := range ports {
		if err := c.CreatePermission(port.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
}

func mustWrite(t *testing.T, c net.PacketConn, text string, to net.Addr) {
	t.Helper()
	if _, err := c.WriteTo([]byte(text), to); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, c net.PacketConn) (text, from string) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	buffer := make([]byte, 1500)
	n, addr, err := c.ReadFrom(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return string(buffer[:n]), addr.String()
}

func TestR44_TheRelayRefusesTCPAllocations(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	conn, err := net.Dial("tcp", relayAddress(r))
	if err != nil {
		t.Fatal(err)
	}
	c := clientOver(t, r, r.Credentials("P1", uuid.New(), inAnHour()), turn.NewSTUNConn(conn))
	if a, err := c.AllocateTCP(); err == nil {
		_ = a.Close()
		t.Error("accepted")
	}
}

func TestR44_PortsOfOneParticipantAreLimited(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	call := uuid.New()
	mine := r.Credentials("P1", call, inAnHour())
	var ports []net.PacketConn
	for range signaling.MaxAllocations {
		ports = append(ports, allocate(t, client(t, r, mine)))
	}
	_, err := client(t, r, mine).Allocate()
	if err == nil || !strings.Contains(err.Error(), "486") {
		t.Errorf("one port too many: %v", err)
	}
	allocate(t, client(t, r, r.Credentials("P2", call, inAnHour()))) // others are not affected
	if err := ports[0].Close(); err != nil {
		t.Fatal(err)
	}
	next := client(t, r, mine)
	eventually(t, "the port given back", func() bool {
		port, err := next.Allocate()
		if err == nil {
			_ = port.Close()
		}
		return err == nil
	})
}

func TestR44_TheRelayUsesOnlyItsRangeOfPorts(t *testing.T) {
	t.Parallel()
	cfg := signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "secret", MinPort: 41000, MaxPort: 41100}
	r, err := signaling.StartRelay(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }() // other tests check Close
	port := allocate(t, client(t, r, r.Credentials("P1", uuid.New(), inAnHour())))
	if n := port.LocalAddr().(*net.UDPAddr).Port; n < 41000 || n > 41100 {
		t.Errorf("port %d", n)
	}
	_, taken, err := net.SplitHostPort(relayAddress(r))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = "127.0.0.1:" + taken
	if second, err := signaling.StartRelay(cfg); err == nil {
		_ = second.Close()
		t.Error("two relays on port " + taken)
	}
}

func TestR44_ExternalRelaysGetCredentials(t *testing.T) {
	t.Parallel()
	urls := []string{"turns:relay.example.org:5349?transport=tcp"}
	r, err := signaling.StartRelay(signaling.RelayConfig{Secret: "north", URLs: urls})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }() // other tests check Close
	call := uuid.New()
	got := r.Credentials("P1", call, inAnHour())
	mac := hmac.New(sha1.New, []byte("north")) // as coturn's use-auth-secret does
	mac.Write([]byte(got.Username))
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got.Credential != want || !slices.Equal(got.URLs, urls) || r.URL() != urls[0] {
		t.Errorf("got %+v, want %s", got, want)
	}
	// An external relay has quotas per user, and cannot close a session's ports.
	if again := r.CredentialsIn("P1", call, "another session", inAnHour()); userOf(again) != userOf(got) {
		t.Errorf("another session is another user: %s, %s", again.Username, got.Username)
	}
	for _, bad := range []signaling.RelayConfig{{Secret: "north"}, {URLs: urls}, {Secret: "north", PublicIP: net.IPv4(127, 0, 0, 1), Listen: "127.0.0.1:0", MinPort: 2, MaxPort: 1}} {
		t.Run(bad.Listen, func(t *testing.T) {
			if r, err := signaling.StartRelay(bad); err == nil {
				_ = r.Close()
				t.Errorf("started with %s", strconv.Quote(bad.Listen))
			}
		})
	}
}
