package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var small = Limits{Bytes: 1 << 20, Time: 20 * time.Second}

func get(t *testing.T, c *Client, address string) (string, error) {
	t.Helper()
	u, err := Parse(address)
	if err != nil {
		return "", err
	}
	var body []byte
	_, _, err = c.Get(t.Context(), u, Version{}, func(r io.Reader) (err error) {
		body, err = io.ReadAll(r)
		return err
	})
	return string(body), err
}

// names returns a resolver of the given names.
func names(of map[string]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, host string) ([]netip.Addr, error) {
		if of[host] == "" {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		var addresses []netip.Addr
		for one := range strings.SplitSeq(of[host], " ") {
			addresses = append(addresses, netip.MustParseAddr(one))
		}
		return addresses, nil
	}
}

// internalAddresses are of every kind that must never be contacted.
var internalAddresses = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.0.1",
	"100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
	"240.0.0.1", "255.255.255.255", "168.63.129.16",
	"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "100::1", "3fff::1",
	"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:c0a8:101::1", "2001::1", "::ffff:0:127.0.0.1",
}

func TestR41_NoInternalAddressIsContacted(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	for _, address := range internalAddresses {
		c := New(small, Options{Lookup: names(map[string]string{"calendar.example": address, "both.example": "8.8.8.8 " + address, "mixed.example": address + " 8.8.8.8"})})
		for _, host := range []string{"calendar.example", "both.example", "mixed.example", bracketed(address)} {
			if _, err := get(t, c, "http://"+host+"/a.ics"); !errors.Is(err, ErrInternal) && !errors.Is(err, ErrAddress) {
				// The IPv4-mapped answer of a resolver is that IPv4 address.
				if address == "::ffff:8.8.8.8" && host != bracketed(address) {
					continue
				}
				t.Errorf("%s at %s: %v", host, address, err)
			}
		}
	}
	if _, err := get(t, New(small, Options{}), server.URL); !errors.Is(err, ErrInternal) {
		t.Errorf("this machine: %v", err)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("this machine was contacted %d times", n)
	}
}

func bracketed(address string) string {
	if strings.Contains(address, ":") {
		return "[" + strings.ReplaceAll(address, "%", "%25") + "]"
	}
	return address
}

// Ways to write 127.0.0.1 that some resolvers and parsers understand.
func TestR41_DisguisedAddressesAreRefused(t *testing.T) {
	t.Parallel()
	system := New(small, Options{})
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost", "LOCALHOST", "127.0.0.1.", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①"} {
		if _, err := get(t, system, "http://"+host+"/"); err == nil {
			t.Errorf("%s was contacted", host)
		}
	}
}

func TestR41_OnlyPlainWebAddressesAreContacted(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "calendar.example/a.ics", "ftp://calendar.example/a", "file:///etc/passwd", "gopher://calendar.example:70/", "http:///a", "https:a", "http://zoe:secret@calendar.example/",
		"http://zoe@calendar.example/", "javascript:alert(1)", "data:text/calendar,x", "http://[::1", "http://calendar.example/" + strings.Repeat("a", 3000), "http://a b/", "http://%00/",
	} {
		if u, err := Parse(address); err == nil {
			t.Errorf("%q became %q", address, u)
		} else if !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	u, err := Parse(" webcal://calendar.example/a.ics?b=c#d ")
	if err != nil || u.String() != "https://calendar.example/a.ics?b=c" {
		t.Errorf("%v, %v", u, err)
	}
	public := New(small, Options{Lookup: names(map[string]string{"calendar.example": "8.8.8.8"})})
	for _, port := range []string{"22", "25", "5432", "6379", "8080", "0", "65535"} {
		if _, err := get(t, public, "http://calendar.example:"+port+"/"); !errors.Is(err, ErrInternal) {
			t.Errorf("port %s: %v", port, err)
		}
	}
}

// DNS rebinding: a name is public when it is checked and internal when the client connects.
func TestR41_ANameThatResolvesDifferentlyLaterIsRefused(t *testing.T) {
	t.Parallel()
	asked := 0
	c := New(small, Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		asked++
		if asked == 1 {
			return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	g := newGate(Options{})
	if _, err := g.dialer.DialContext(t.Context(), "tcp", "127.0.0.1:80"); !errors.Is(refusal(err), ErrInternal) {
		t.Errorf("the socket itself: %v", err)
	}
	if _, err := c.http.Transport.(*http.Transport).DialContext(t.Context(), "tcp", "calendar.example:22"); !errors.Is(err, ErrInternal) {
		t.Errorf("first: %v", err)
	}
	if _, err := get(t, c, "http://calendar.example/"); !errors.Is(err, ErrInternal) {
		t.Errorf("second: %v", err)
	}
}

// local returns a client that may contact this machine, under any name.
func local(t *testing.T, handler http.HandlerFunc) (*Client, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	port := server.Listener.Addr().(*net.TCPAddr).Port
	c := New(small, Options{Loopback: true, Lookup: names(map[string]string{
		"calendar.example": "127.0.0.1", "internal.example": "10.0.0.1", "metadata.example": "169.254.169.254", "other.example": "127.0.0.1",
	})})
	return c, fmt.Sprintf("http://calendar.example:%d", port)
}

func TestR41_RedirectsAreLimitedAndFollowTheSameRules(t *testing.T) {
	t.Parallel()
	referers := make(chan string, 20)
	c, base := local(t, func(w http.ResponseWriter, r *http.Request) {
		referers <- r.Header.Get("Referer") + r.Header.Get("Cookie") + r.Header.Get("Authorization")
		switch r.URL.Path {
		case "/loop":
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/to":
			http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
		default:
			fmt.Fprint(w, "here")
		}
	})
	to := func(address string) string { return base + "/to?u=" + url.QueryEscape(address) }
	for address, want := range map[string]error{
		base + "/loop": ErrRedirects, to("http://internal.example/"): ErrInternal, to("http://metadata.example/latest/"): ErrInternal,
		to("http://[fd00::1]/"): ErrInternal, to("file:///etc/passwd"): ErrAddress, to("http://a:b@other.example/"): ErrAddress, to("http://nobody.example/"): ErrUnknown,
	} {
		t.Run(address, func(t *testing.T) {
			if _, err := get(t, c, address); !errors.Is(err, want) || strings.Contains(err.Error(), "example") {
				t.Errorf("%s: %v, want %v", address, err, want)
			}
		})
	}
	if body, err := get(t, c, to(base+"/there")); err != nil || body != "here" {
		t.Errorf("%q, %v", body, err)
	}
	close(referers)
	for said := range referers {
		if said != "" {
			t.Errorf("a hop received %q", said)
		}
	}
}

func TestR41_AnswersAreBoundedInSizeAndTime(t *testing.T) {
	t.Parallel()
	c, base := local(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/huge":
			_, _ = io.CopyN(w, zeros{}, small.Bytes+1)
		case "/just":
			_, _ = io.CopyN(w, zeros{}, small.Bytes)
		case "/bomb":
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, _ = io.CopyN(z, zeros{}, 20<<20)
			_ = z.Close()
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		case "/header":
			w.Header().Set("X", strings.Repeat("a", 2*maxHeader))
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/unasked":
			w.WriteHeader(http.StatusNotModified)
		}
	})
	for path, want := range map[string]error{
		"/huge": ErrTooLarge, "/bomb": ErrTooLarge, "/header": ErrUnreachable, "/cut": ErrUnreachable, "/gone": Status(410), "/unasked": Status(304), "/just": nil,
	} {
		t.Run(path, func(t *testing.T) {
			if _, err := get(t, c, base+path); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", path, err, want)
			}
		})
	}
	stop := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drips" {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		<-stop
	}))
	defer slow.Close()
	defer close(stop)
	hasty := New(Limits{Bytes: 1000, Time: 50 * time.Millisecond}, Options{Loopback: true})
	for _, path := range []string{"/", "/drips"} {
		if _, err := get(t, hasty, slow.URL+path); !errors.Is(err, ErrTooSlow) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestR41_AKnownVersionIsNotDownloadedAgain(t *testing.T) {
	t.Parallel()
	c, base := local(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", strings.Repeat("x", maxVersion+1))
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
		}
	})
	u, _ := Parse(base)
	reads := 0
	read := func(io.Reader) error { reads++; return nil }
	first, unchanged, err := c.Get(t.Context(), u, Version{}, read)
	if err != nil || unchanged || first != (Version{ETag: `"1"`}) {
		t.Fatalf("%+v, %v, %v", first, unchanged, err)
	}
	second, unchanged, err := c.Get(t.Context(), u, first, read)
	if err != nil || !unchanged || second != first || reads != 1 {
		t.Errorf("%+v, %v, %v, read %d times", second, unchanged, err, reads)
	}
	for _, bytes := range []string{"\"\xff\"", "\"caf\xe9\""} {
		if v := versionOf(http.Header{"Etag": {bytes}, "Last-Modified": {bytes}}); v != (Version{}) {
			t.Errorf("%q is kept", v)
		}
	}
	own := errors.New("the reader's own")
	if _, _, err := c.Get(t.Context(), u, Version{}, func(io.Reader) error { return own }); !errors.Is(err, own) {
		t.Errorf("the reader's error became %v", err)
	}
}

func TestR41_AServerNeedsAValidCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://calendar.example/", http.StatusFound)
	}))
	defer server.Close()
	if _, err := get(t, New(small, Options{Loopback: true}), server.URL); !errors.Is(err, ErrCertificate) {
		t.Errorf("an unknown authority: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if _, err := get(t, New(small, Options{Loopback: true, Roots: roots}), server.URL); !errors.Is(err, ErrAddress) {
		t.Errorf("from https to http: %v", err)
	}
}

// A proxy in the environment is ignored.
func TestR41_NoProxyIsUsed(t *testing.T) {
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	c := New(small, Options{Lookup: names(map[string]string{"calendar.example": "10.0.0.1"})})
	if _, err := get(t, c, "http://calendar.example/"); !errors.Is(err, ErrInternal) || asked.Load() != 0 {
		t.Errorf("%v, the proxy was contacted %d times", err, asked.Load())
	}
}

// Whatever is entered as a host, the client connects only to public addresses.
func FuzzR41_AddressesInAnyForm(f *testing.F) {
	for _, address := range internalAddresses {
		f.Add("http://" + bracketed(address) + "/")
	}
	for _, seed := range []string{"http://0x7f.1/", "http://127.0.0.1:80@8.8.8.8/", "https://[::ffff:127.0.0.1]:443/", "http://8.8.8.8#@127.0.0.1/", "http://127。0。0。1/", "http://1.1.1.1/../", "webcal://[fe80::1%25lo]/"} {
		f.Add(seed)
	}
	g := newGate(Options{Lookup: names(nil)})
	f.Fuzz(func(t *testing.T, text string) {
		u, err := Parse(text)
		if err != nil {
			return
		}
		addresses, _ := g.addresses(t.Context(), u.Hostname())
		for _, ip := range addresses {
			refused := g.guard.Safe(family(ip), net.JoinHostPort(ip.String(), "443"), nil)
			if refused == nil && !public(ip) {
				t.Errorf("%q leads to %s", text, ip)
			}
		}
	})
}

// public reports whether the standard library classifies the address as public.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && !ip.IsMulticast() && !ip.IsUnspecified() && ip.Zone() == ""
}
