package signaling_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"socialdirect/signaling"

	"github.com/google/uuid"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// documented returns the configuration of docs/deploy.md that begins with the given line.
func documented(t *testing.T, first string) string {
	t.Helper()
	doc, err := os.ReadFile("../docs/deploy.md")
	must(t, err)
	_, rest, found := strings.Cut(string(doc), "```\n"+first+"\n")
	text, _, ends := strings.Cut(rest, "```")
	if !found || !ends {
		t.Fatalf("docs/deploy.md has no %s", first)
	}
	return text
}

// replaced returns a text with its own values in place of an example's; each must occur.
func replaced(t *testing.T, text string, values map[string]string) string {
	t.Helper()
	for old, value := range values {
		if !strings.Contains(text, old) {
			t.Fatalf("the example does not contain %q", old)
		}
		text = strings.ReplaceAll(text, old, value)
	}
	return text
}

// program returns the path of a Debian program, or skips the test where it is not installed.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, at := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(at); err == nil {
			return path
		}
	}
	t.Skipf("%s is not installed (make test installs it)", name)
	return ""
}

// output is what a program says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// run starts a program that listens on an address, and returns once it does.
func run(t *testing.T, address string, command ...string) {
	t.Helper()
	cmd, said := exec.Command(command[0], command[1:]...), &output{}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it has no state
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %v\n%s", command[0], err, said)
		}
	}
}

// freeAddress returns an address of the host with a port that is free.
func freeAddress(t *testing.T, host string) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skipf("this machine has no %s: %v", host, err)
	}
	defer l.Close()
	return l.Addr().String()
}

// selfSigned writes a certificate for a name, and its key, and returns what trusts it.
func selfSigned(t *testing.T, dir string, names ...string) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	cert, key, trust = filepath.Join(dir, "relay.crt"), filepath.Join(dir, "relay.key"), x509.NewCertPool()
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(t, os.WriteFile(cert, public, 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	trust.AppendCertsFromPEM(public)
	return cert, key, trust
}

// relayWithTLS is an embedded relay that has a certificate for relay.example.org, and is
// reached through a proxy of this machine.
func relayWithTLS(t *testing.T) (r *signaling.Relay, trust *x509.CertPool) {
	t.Helper()
	cert, key, trust := selfSigned(t, t.TempDir(), "*.example.org", "relay.example.org")
	r, err := signaling.StartRelay(signaling.RelayConfig{
		Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret of the test's own",
		CertFile: cert, KeyFile: key, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
	})
	must(t, err)
	t.Cleanup(func() { _ = r.Close() })
	return r, trust
}

// overTLS connects to an address as a browser does for a turns: URL of the given name.
func overTLS(t *testing.T, address, name string, trust *x509.CertPool) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: name, RootCAs: trust, MinVersion: tls.VersionTLS12})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestR25_TheRelaySpeaksTLSOnItsTCPPort(t *testing.T) {
	t.Parallel()
	r, trust := relayWithTLS(t)
	call := uuid.New()
	mine := r.Credentials("P1", call, inAnHour())
	if want := "turns:relay.example.org:443?transport=tcp"; len(mine.URLs) != 3 || mine.URLs[2] != want {
		t.Errorf("URLs %q, want %s too", mine.URLs, want)
	}
	secure := clientOver(t, r, mine, turn.NewSTUNConn(overTLS(t, relayAddress(r), "relay.example.org", trust)))
	plain := clientOver(t, r, r.Credentials("P2", call, inAnHour()), turn.NewSTUNConn(dialFrom(t, r, "127.0.0.1")))
	speakThrough(t, secure, plain)
	if _, err := tls.Dial("tcp", relayAddress(r), &tls.Config{RootCAs: trust, ServerName: "relay.example.org", MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is accepted")
	}
}

// speakThrough fails the test unless each client hears the other through their ports.
func speakThrough(t *testing.T, one, other *turn.Client) {
	t.Helper()
	portOne, portOther := allocate(t, one), allocate(t, other)
	permit(t, one, portOther)
	permit(t, other, portOne)
	for _, way := range [][2]net.PacketConn{{portOne, portOther}, {portOther, portOne}} {
		mustWrite(t, way[0], "hello", way[1].LocalAddr())
		if text, from := mustRead(t, way[1]); text != "hello" || from != way[0].LocalAddr().String() {
			t.Errorf("received %q from %s", text, from)
		}
	}
}

func TestR25_ARenewedCertificateOfTheRelayIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, old := selfSigned(t, dir, "relay.example.org")
	cfg := signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret", CertFile: cert, KeyFile: key, TLSAddress: "calls.example.org:5349"}
	r, err := signaling.StartRelay(cfg)
	must(t, err)
	t.Cleanup(func() { _ = r.Close() })
	if urls := r.Credentials("P1", uuid.New(), inAnHour()).URLs; !slices.Contains(urls, "turns:calls.example.org:5349?transport=tcp") {
		t.Errorf("URLs %q", urls)
	}
	overTLS(t, relayAddress(r), "relay.example.org", old)
	_, _, renewed := selfSigned(t, dir, "relay.example.org")
	overTLS(t, relayAddress(r), "relay.example.org", renewed)
	if _, err := tls.Dial("tcp", relayAddress(r), &tls.Config{ServerName: "relay.example.org", RootCAs: old}); err == nil {
		t.Error("the old certificate is still used")
	}
	selfSigned(t, dir, "*.example.org")
	if second, err := signaling.StartRelay(cfg); err == nil {
		_ = second.Close()
		t.Error("a certificate without the name of one host was accepted")
	}
}

// HAProxy as docs/deploy.md configures it, the relay behind it, and the site behind it too.
func TestR25_TheRelaySharesPort443WithTheSite(t *testing.T) {
	t.Parallel()
	haproxy := program(t, "haproxy")
	r, trust := relayWithTLS(t)
	site, header := siteBehindProxy(t)
	front := freeAddress(t, "127.0.0.1")
	config := replaced(t, documented(t, "# /etc/haproxy/haproxy.cfg"), map[string]string{
		"bind :::443 v4v6": "bind " + front, "127.0.0.1:3478": relayAddress(r), "127.0.0.1:8443": site,
	})
	path := filepath.Join(t.TempDir(), "haproxy.cfg")
	must(t, os.WriteFile(path, []byte(config), 0o600))
	run(t, front, haproxy, "-db", "-f", path)

	call := uuid.New()
	one := clientOver(t, r, r.Credentials("P1", call, inAnHour()), turn.NewSTUNConn(overTLS(t, front, "relay.example.org", trust)))
	other := clientOver(t, r, r.Credentials("P2", call, inAnHour()), turn.NewSTUNConn(overTLS(t, front, "RELAY.example.org", trust)))
	speakThrough(t, one, other)

	if conn, err := tls.Dial("tcp", front, &tls.Config{ServerName: "rendezvous.example.org", RootCAs: trust}); err == nil {
		_ = conn.Close()
		t.Error("the site's name reached the relay")
	}
	if said := <-header; !strings.HasPrefix(said, "\r\n\r\n\x00\r\nQUIT\n") || said[28] != 22 { // the PROXY protocol, version 2
		t.Errorf("the site got %q", said)
	}
	refusesTheFiftyFirst(t, front, trust)
}

// siteBehindProxy listens in place of the site's own proxy, and returns the first bytes of the
// first connection that says anything.
func siteBehindProxy(t *testing.T) (address string, header <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	said := make(chan string, 1)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			first := make([]byte, 29) // the header with two IPv4 addresses, and the first byte of TLS
			if _, err = io.ReadFull(conn, first); err == nil {
				said <- string(first)
			}
			_ = conn.Close()
		}
	}()
	return l.Addr().String(), said
}

// refusesTheFiftyFirst fails the test unless one address may have 50 connections at a time
// through the proxy; two stand.
func refusesTheFiftyFirst(t *testing.T, front string, trust *x509.CertPool) {
	t.Helper()
	for range signaling.MaxEach - 2 {
		overTLS(t, front, "relay.example.org", trust)
	}
	if conn, err := tls.Dial("tcp", front, &tls.Config{ServerName: "relay.example.org", RootCAs: trust}); err == nil {
		_ = conn.Close()
		t.Error("one connection too many of one address")
	}
}

// Debian's coturn as docs/deploy.md configures it gets our credentials and refuses what the
// embedded relay refuses. It listens on loopback, which it would refuse altogether.
func TestR25_CoturnAsDocumentedTakesOurCredentialsAndRefusesEverySpecialAddress(t *testing.T) {
	t.Parallel()
	turnserver := program(t, "turnserver")
	for _, host := range []string{"127.0.0.1", "::1"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			address := startCoturn(t, turnserver, host)
			own := netip.MustParseAddr(host)
			r, err := signaling.StartRelay(signaling.RelayConfig{Secret: coturnSecret, URLs: []string{"turn:" + address + "?transport=udp"}})
			must(t, err)
			eventually(t, "coturn answers", func() bool {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				return r.Ping(ctx) == nil
			})
			call := uuid.New()
			s := newStrangerAt(t, address, r.Credentials("P1", call, inAnHour()))
			request := []stun.Setter{requestedUDP}
			if own.Is6() {
				request = append(request, requestedIPv6)
			}
			s.wants(stun.ClassErrorResponse, stun.MethodAllocate, requestedTCP)
			s.wants(stun.ClassSuccessResponse, stun.MethodAllocate, request...)
			s.refusesSpecialPeers(own)
			if own.Is4() {
				refusesForeignCredentials(t, address, r.Credentials("P2", call, inAnHour()))
			}
		})
	}
}

// requestedTCP requests a TCP port (RFC 6062, 4.1).
var requestedTCP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{6, 0, 0, 0}}

const coturnSecret = "a secret that both relays share"

// refusesForeignCredentials fails the test unless a relay accepts the given credentials, and
// none that were altered.
func refusesForeignCredentials(t *testing.T, address string, good signaling.ICEServer) {
	t.Helper()
	for name, alter := range map[string]func(c *signaling.ICEServer){
		"another password": func(c *signaling.ICEServer) { c.Credential = "x" + c.Credential },
		"a later expiry":   func(c *signaling.ICEServer) { c.Username = "9" + c.Username },
		"another user":     func(c *signaling.ICEServer) { c.Username += "x" },
	} {
		bad := good
		alter(&bad)
		if class, code := newStrangerAt(t, address, bad).asks(stun.MethodAllocate, requestedUDP); class != stun.ClassErrorResponse || code != stun.CodeUnauthorized {
			t.Errorf("%s: %s %d", name, class, code)
		}
	}
	newStrangerAt(t, address, good).wants(stun.ClassSuccessResponse, stun.MethodAllocate, requestedUDP)
}

// startCoturn starts coturn as documented, on a loopback address.
func startCoturn(t *testing.T, turnserver, host string) (address string) {
	t.Helper()
	dir := t.TempDir()
	cert, key, _ := selfSigned(t, dir, "relay.example.org")
	address = freeAddress(t, host)
	_, port, _ := net.SplitHostPort(address)
	_, tlsPort, _ := net.SplitHostPort(freeAddress(t, host))
	config := replaced(t, documented(t, "# /etc/turnserver.conf"), map[string]string{
		"the value of TURN_SECRET": coturnSecret, "198.51.100.7": host, "listening-port=3478": "listening-port=" + port, "=5349": "=" + tlsPort,
		"/etc/coturn/relay.example.org.crt": cert, "/etc/coturn/relay.example.org.key": key,
	})
	config = regexp.MustCompile(`(?m)^(log-file|no-stdout-log).*\n`).ReplaceAllString(config, "") // what it says, the test's failure shows
	config += "listening-ip=" + host + "\nallow-loopback-peers\nlog-file=stdout\npidfile=" + filepath.Join(dir, "pid") + "\nuserdb=" + filepath.Join(dir, "users") + "\n"
	path := filepath.Join(dir, "turnserver.conf")
	must(t, os.WriteFile(path, []byte(config), 0o600))
	run(t, address, turnserver, "-c", path)
	return address
}
