// Package fetch gets documents from addresses that people type, in such a way
// that no address leads into the network that this program stands in.
//
//   - Only http and https, on their own two ports, without a name and a password.
//   - Every address that a name resolves to must be a public one; the socket is
//     checked once more as it connects, so that a name that resolves otherwise the
//     second time is no way in.
//   - Redirects are few, and each is held to the same rules; none leads from https
//     to http. No hop learns the address of the one before.
//   - No cookies, no credentials, no proxy, whatever the environment says.
//   - Headers, body (as it is after decompression) and the whole time are bounded.
//
// The address may be a secret: no error of this package holds it, or any part of it.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"code.dny.dev/ssrf"
)

// What can go wrong; every error of this package is one of these, or a Status.
var (
	// ErrAddress: this is no address that may be asked.
	ErrAddress = errors.New("fetch: not an address that may be asked")
	// ErrInternal: the address leads, or is led, to a network that is not public.
	ErrInternal = errors.New("fetch: the address is not a public one")
	// ErrUnknown: there is no server of that name.
	ErrUnknown = errors.New("fetch: no server has that name")
	// ErrUnreachable: the server does not answer, or not to the end.
	ErrUnreachable = errors.New("fetch: the server does not answer")
	// ErrCertificate: the server does not prove who it is.
	ErrCertificate = errors.New("fetch: the server's certificate is not valid")
	// ErrRedirects: one redirect too many.
	ErrRedirects = errors.New("fetch: too many redirects")
	// ErrTooLarge: the answer is larger than the bound.
	ErrTooLarge = errors.New("fetch: the answer is too large")
	// ErrTooSlow: the answer did not come in time.
	ErrTooSlow = errors.New("fetch: the answer takes too long")
)

// Status is an answer that is neither a document nor "not modified".
type Status int

// Error says the status.
func (s Status) Error() string { return fmt.Sprintf("fetch: status %d", int(s)) }

const (
	maxRedirects = 5
	maxAddress   = 2000
	maxHeader    = 64 << 10
)

// Limits bounds one answer.
type Limits struct {
	Bytes int64         // of the body, decompressed
	Time  time.Duration // from the call to the last byte
}

// Options changes how addresses are looked up and which of them may be asked. Its
// zero value is what production uses.
type Options struct {
	// Lookup resolves a name; nil asks the system.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Loopback permits this machine itself, on any port: for tests and the demo.
	Loopback bool
	// Roots are the authorities of certificates; nil for the system's.
	Roots *x509.CertPool
}

// Client gets documents. It is safe for concurrent use.
type Client struct {
	http   *http.Client
	limits Limits
}

// New returns a client that keeps to limits.
func New(limits Limits, o Options) *Client {
	g := newGate(o)
	transport := &http.Transport{
		Proxy:                  nil, // a proxy would connect where we are not allowed to
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		TLSHandshakeTimeout:    10 * time.Second,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeader,
	}
	return &Client{limits: limits, http: &http.Client{Transport: transport, CheckRedirect: follow}}
}

// Parse reads an address as people copy it ("webcal:" is https) and fails with
// ErrAddress where it may never be asked.
func Parse(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || len(text) > maxAddress {
		return nil, ErrAddress
	}
	if strings.EqualFold(u.Scheme, "webcal") || strings.EqualFold(u.Scheme, "webcals") {
		u.Scheme = "https"
	}
	u.Fragment, u.RawFragment = "", ""
	return u, permitted(u)
}

// permitted says what needs no look at the network.
func permitted(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ErrAddress
	}
	return nil
}

// follow holds a redirect to the rules.
func follow(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return ErrRedirects
	}
	if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return ErrAddress
	}
	next.Header.Del("Referer") // it would hand the secret on
	return permitted(next.URL)
}

// Version is what a server said of the document it gave, to ask whether there is
// a newer one.
type Version struct{ ETag, LastModified string }

// maxVersion bounds what is kept of either.
const maxVersion = 200

func versionOf(h http.Header) Version {
	return Version{ETag: kept(h.Get("ETag")), LastModified: kept(h.Get("Last-Modified"))}
}

// kept is a header's value if it is short and a text: a header may hold any bytes.
func kept(value string) string {
	if len(value) > maxVersion || !utf8.ValidString(value) {
		return ""
	}
	return value
}

func (v Version) ask(h http.Header) {
	if v.ETag != "" {
		h.Set("If-None-Match", v.ETag)
	}
	if v.LastModified != "" {
		h.Set("If-Modified-Since", v.LastModified)
	}
}

// Get asks for the document at u and hands it to read as it arrives. When the
// server says that it is still the known version, read is not called and
// unchanged is true. read's own error comes back as it is, unless the answer
// itself broke off.
func (c *Client) Get(ctx context.Context, u *url.URL, known Version, read func(io.Reader) error) (v Version, unchanged bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.Time)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil || permitted(u) != nil {
		return Version{}, false, ErrAddress
	}
	request.Header.Set("Accept", "text/calendar, text/plain;q=0.5, */*;q=0.1")
	request.Header.Set("User-Agent", "SocialDirect/1")
	known.ask(request.Header)
	response, err := c.http.Do(request)
	if err != nil {
		return Version{}, false, plain(ctx, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && known != (Version{}):
		return known, true, nil
	case response.StatusCode != http.StatusOK:
		return Version{}, false, Status(response.StatusCode)
	}
	body := &bounded{ctx: ctx, from: response.Body, left: c.limits.Bytes}
	err = read(body)
	if body.broken != nil {
		err = body.broken
	}
	return versionOf(response.Header), false, err
}

// bounded is a body that breaks off at its bound, and remembers why it broke.
type bounded struct {
	ctx    context.Context
	from   io.Reader
	left   int64
	broken error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.broken != nil {
		return 0, b.broken
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.broken = ErrTooLarge
		return 0, b.broken
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken = plain(b.ctx, err)
		return n, b.broken
	}
	return n, err
}

// plain says what went wrong without the address, which the errors of net/http
// and net hold.
func plain(ctx context.Context, err error) error {
	for _, known := range []error{ErrAddress, ErrInternal, ErrUnknown, ErrRedirects} {
		if errors.Is(err, known) {
			return known
		}
	}
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &certificate):
		return ErrCertificate
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return ErrTooSlow
	}
	return ErrUnreachable
}

// gate decides which addresses are connected to.
type gate struct {
	guard  *ssrf.Guardian
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	dialer net.Dialer
}

// platformServices are public addresses behind which a cloud keeps services for
// its own machines, on top of the ranges that IANA sets aside.
var platformServices = []netip.Prefix{netip.MustParsePrefix("168.63.129.16/32")}

func newGate(o Options) *gate {
	options := []ssrf.Option{ssrf.WithDeniedV4Prefixes(platformServices...)}
	if o.Loopback {
		options = append(options, ssrf.WithAnyPort(),
			ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")), ssrf.WithAllowedV6Prefixes(netip.MustParsePrefix("::1/128")))
	}
	g := &gate{guard: ssrf.New(options...), lookup: o.Lookup}
	if g.lookup == nil {
		g.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	g.dialer = net.Dialer{Timeout: 10 * time.Second, Control: g.guard.Safe}
	return g
}

// dial connects to the first address of host that answers, and to none when one
// of them is not public: a name with both kinds means no good.
func (g *gate) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, ErrAddress
	}
	addresses, err := g.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, ip := range addresses {
		target := net.JoinHostPort(ip.String(), port)
		if g.guard.Safe(family(ip), target, nil) != nil {
			return nil, ErrInternal
		}
	}
	failed := error(ErrUnknown)
	for _, ip := range addresses {
		conn, err := g.dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
		if err == nil {
			return conn, nil
		}
		failed = refusal(err)
	}
	return nil, failed
}

func family(ip netip.Addr) string {
	if ip.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// refusal tells the gate's own refusal from the network's.
func refusal(err error) error {
	for _, refused := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedPort, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, refused) {
			return ErrInternal
		}
	}
	return err
}

// addresses are those of a host that may be written as an address itself.
func (g *gate) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	addresses, err := g.lookup(ctx, host)
	if err != nil {
		var unknown *net.DNSError
		if errors.As(err, &unknown) && unknown.IsNotFound {
			return nil, ErrUnknown
		}
		return nil, err
	}
	for i, ip := range addresses {
		addresses[i] = ip.Unmap() // the resolver's own way to write an IPv4 address
	}
	return addresses, nil
}
