package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

const (
	pageLimit = 60_000 // maximum bytes over the wire of the first page with everything it loads
	visits    = 400    // requests of one page per measurement
)

// countedConn counts received bytes.
type countedConn struct {
	net.Conn
	arrived *atomic.Int64
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.arrived.Add(int64(n))
	return n, err
}

// visitor loads pages like a browser on its first visit, and counts bytes.
type visitor struct {
	b       testing.TB
	http    *http.Client
	arrived atomic.Int64
	seen    map[string]bool
}

func newVisitor(b testing.TB) *visitor {
	v := &visitor{b: b, seen: map[string]bool{}}
	transport := &http.Transport{
		DisableCompression: true, // requested explicitly, to count compressed bytes
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return countedConn{conn, &v.arrived}, err
		},
	}
	b.Cleanup(transport.CloseIdleConnections)
	v.http = &http.Client{Transport: transport}
	return v
}

// references matches the addresses that a page, a sheet or a script makes a browser load.
var references = regexp.MustCompile(`(?:<link[^>]*\shref="|\ssrc="|url\(["']?|\bfrom\s*["']|\bimport\s*["'])([^"')#]+)`)

// load requests an address with everything it loads, each once.
func (v *visitor) load(address *url.URL) {
	v.b.Helper()
	if v.seen[address.String()] {
		return
	}
	v.seen[address.String()] = true
	text := v.fetch(address)
	for _, match := range references.FindAllStringSubmatch(text, -1) {
		next, err := address.Parse(match[1])
		ok(v.b, err)
		switch {
		case next.Scheme == "data":
		case next.Host != address.Host:
			v.b.Errorf("%s loads %s", address.Path, next)
		default:
			v.load(next)
		}
	}
}

func (v *visitor) fetch(address *url.URL) (text string) {
	v.b.Helper()
	r, err := http.NewRequest(http.MethodGet, address.String(), nil)
	ok(v.b, err)
	r.Header.Set("Accept-Encoding", "gzip, br")
	answer, err := v.http.Do(r)
	ok(v.b, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	ok(v.b, err)
	if answer.StatusCode != http.StatusOK {
		v.b.Errorf("%s: %s", address, answer.Status)
	}
	if answer.Header.Get("Content-Encoding") == "gzip" {
		plain, err := gzip.NewReader(bytes.NewReader(content))
		ok(v.b, err)
		content, err = io.ReadAll(plain)
		ok(v.b, err)
	}
	if kind := answer.Header.Get("Content-Type"); strings.Contains(kind, "text/") || strings.Contains(kind, "javascript") {
		return string(content)
	}
	return ""
}

func BenchmarkFirstPage(b *testing.B) {
	p := newPlatform(b, 4)
	home, err := url.Parse(p.server.URL + "/")
	ok(b, err)
	var weight int64
	var files int
	rounds(b, 1, func() {
		v := newVisitor(b)
		v.load(home)
		weight, files = v.arrived.Load(), len(v.seen)
	})
	if files < 3 {
		b.Errorf("the page has only %d files: its sheet and font were not found", files)
	}
	b.ReportMetric(float64(weight), "wire_bytes")
	b.ReportMetric(float64(weight)/pageLimit, "ratio_to_limit")
	b.Logf("first page over the wire, %d files with their headers: limit %d bytes, measured %d", files, pageLimit, weight)
}

func BenchmarkPageAgainstFile(b *testing.B) {
	p := newPlatform(b, 4)
	page := p.server.URL + "/"
	answer, err := http.Get(page)
	ok(b, err)
	size := drained(b, answer.Body)
	dir := b.TempDir()
	ok(b, os.WriteFile(filepath.Join(dir, "page.html"), bytes.Repeat([]byte("x"), int(size)), 0o600))
	plain := httptest.NewServer(http.FileServer(http.Dir(dir)))
	b.Cleanup(plain.Close)
	var rendered, file sample
	rounds(b, least, func() {
		file = append(file, took(func() { visit(b, plain.URL+"/page.html", size) }))
		rendered = append(rendered, took(func() { visit(b, page, size) }))
	})
	ratio := rendered.over(file)
	b.ReportMetric(ratio.median(), "ratio")
	b.Logf("home page of %d bytes against a static file of its size: takes %v times as long (%.0f µs)", size, ratio, 1e6*rendered.median()/visits)
}

// visit requests an address visits times, one after the other.
func visit(b testing.TB, address string, size int64) {
	b.Helper()
	for range visits {
		answer, err := http.Get(address)
		ok(b, err)
		if n := drained(b, answer.Body); answer.StatusCode != http.StatusOK || n != size {
			b.Fatalf("%s: %s with %d bytes", address, answer.Status, n)
		}
	}
}
