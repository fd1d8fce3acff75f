package messaging_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"socialdirect/internal/blob"
	"socialdirect/internal/bus"
	"socialdirect/messaging"
)

// Opening a large document and reading its end must not read all of it: one request for the
// head, one for the end, and no more.
func TestR29_ARangeMakesFewRequestsToTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const size = 20_000_000
	w.mustSend(t, w.zoe, "", pdfFile("a.pdf", size))
	document := w.last(t, w.zoe).Documents[0].ID

	requests := w.countRequests(t)
	d, err := w.messages.Open(t.Context(), w.zoe, document)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Seek(-100_000, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(d); err != nil || !bytes.Equal(got, pdf(size)[size-100_000:]) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if n := requests.Load(); n > 4 {
		t.Errorf("the last 100 kB took %d requests", n)
	}
	requests.Store(0)
	if _, err := d.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, d); n != size || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if n := requests.Load(); n > size/1_000_000+2 {
		t.Errorf("the whole 20 MB took %d requests", n)
	}
}

// countRequests puts a proxy that counts requests in front of the world's store.
func (w *world) countRequests(t *testing.T) *atomic.Int64 {
	t.Helper()
	target, err := url.Parse(w.bucket.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host // the Host header is signed, so it must not change
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n.Add(1)
		forward.ServeHTTP(rw, r)
	}))
	t.Cleanup(proxy.Close)
	counted := w.bucket
	counted.Endpoint = proxy.URL
	store, err := blob.Open(t.Context(), counted)
	if err != nil {
		t.Fatal(err)
	}
	w.messages = messaging.New(messaging.Parts{
		DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Store: store, People: w.Accounts.People, Appointments: w.Appointments, Bus: bus.New(),
	})
	return &n
}
