// Package fetch downloads documents from addresses that people enter, without letting any
// address reach the internal network:
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
// The address may be a secret: no error of this package contains any part of it.
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

// Errors; every error of this package is one of these, or a Status.
var (
	// ErrAddress: the address is not allowed.
	ErrAddress = errors.New("fetch: the address is not allowed")
	// ErrInternal: the address, or a redirect, leads to a network that is not public.
	ErrInternal = errors.New("fetch: the address is not a public one")
	// ErrUnknown: the name does not resolve.
	ErrUnknown = errors.New("fetch: no server has that name")
	// ErrUnreachable: the server does not answer, or the answer is incomplete.
	ErrUnreachable = errors.New("fetch: the server does not answer")
	// ErrCertificate: the server's certificate is not valid.
	ErrCertificate = errors.New("fetch: the server's certificate is not valid")
	// ErrRedirects: there are too many redirects.
	ErrRedirects = errors.New("fetch: too many redirects")
	// ErrTooLarge: the answer is larger than the limit.
	ErrTooLarge = errors.New("fetch: the answer is too large")
	// ErrTooSlow: the answer took longer than the limit.
	ErrTooSlow = errors.New("fetch: the answer takes too long")
)

// Status is an unexpected status of the answer: neither success nor "not modified".
type Status int

// Error contains the status.
func (s Status) Error() string { return fmt.Sprintf("fetch: status %d", int(s)) }

const (
	maxRedirects = 5
	maxAddress   = 2000
	maxHeader    = 64 << 10
)

// Limits are the limits of one answer.
type Limits struct {
	Bytes int64         // of the body, decompressed
	Time  time.Duration // from the call to the last byte
}

// Options change how names are resolved and which addresses are allowed. The zero value is for
// production.
type Options struct {
	// Lookup resolves a name; nil: the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Loopback permits this machine, on any port: for tests and the demo.
	Loopback bool
	// Roots are the trusted certificate authorities; nil: the system's.
	Roots *x509.CertPool
}

// Client downloads documents. It is safe for concurrent use.
type Client struct {
	http   *http.Client
	limits Limits
}

// New returns a client with the given limits.
func New(limits Limits, o Options) *Client {
	g := newGate(o)
	transport := &http.Transport{
		Proxy:                  nil, // a proxy could connect to forbidden addresses
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		TLSHandshakeTimeout:    10 * time.Second,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeader,
	}
	return &Client{limits: limits, http: &http.Client{Transport: transport, CheckRedirect: follow}}
}

// Parse parses an address as people copy it ("webcal:" is https), and fails with ErrAddress if
// it is never allowed.
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

// permitted checks what can be checked without the network.
func permitted(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ErrAddress
	}
	return nil
}

// follow applies the rules to a redirect.
func follow(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return ErrRedirects
	}
	if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return ErrAddress
	}
	next.Header.Del("Referer") // it would reveal the secret address
	return permitted(next.URL)
}

// Version identifies the version of a document, for a conditional request.
type Version struct{ ETag, LastModified string }

// maxVersion is the maximum length of each of its fields.
const maxVersion = 200

func versionOf(h http.Header) Version {
	return Version{ETag: kept(h.Get("ETag")), LastModified: kept(h.Get("Last-Modified"))}
}

// kept returns a header's value if it is short and valid text: headers may contain any bytes.
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

// Get downloads the document at u and calls read with the body as it arrives. If the server
// answers that the known version is current, read is not called and unchanged is true. An
// error of read is returned unchanged, unless the answer itself was incomplete.
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

// bounded is a body that fails at its limit, and records why it failed.
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

// plain classifies an error without the address, which errors of net/http and net contain.
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

// gate decides to which addresses the client may connect.
type gate struct {
	guard  *ssrf.Guardian
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	dialer net.Dialer
}

// platformServices are public addresses that a cloud uses for services to its own machines, in
// addition to IANA's special-purpose ranges.
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

// dial connects to the first address of host that answers. It refuses a host if any of its
// addresses is not public: a mixture suggests an attack.
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

// refusal returns the gate's own error in err's chain, if any.
func refusal(err error) error {
	for _, refused := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedPort, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, refused) {
			return ErrInternal
		}
	}
	return err
}

// addresses returns the addresses of a host, which may be an address itself.
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
		addresses[i] = ip.Unmap() // an IPv4 address may come as IPv4-mapped IPv6
	}
	return addresses, nil
}
