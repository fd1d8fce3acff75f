package blob_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
)

// lying returns a store behind a proxy that alters its responses.
func lying(t *testing.T, lie func(*http.Response) error) *blob.Store {
	t.Helper()
	cfg := blobtest.Config(t)
	behind, err := url.Parse(cfg.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(behind); r.Out.Host = r.In.Host },
		ModifyResponse: lie,
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	cfg.Endpoint = server.URL
	s, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// onRead alters the content of read objects, whole or in part.
func onRead(part bool, lie func(content []byte) []byte) func(*http.Response) error {
	return func(r *http.Response) error {
		if r.Request.Method != http.MethodGet || !strings.Contains(r.Request.URL.Path, "checks/") || (r.Request.Header.Get("Range") != "") != part {
			return nil
		}
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		content = lie(content)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(content)), int64(len(content))
		r.Header.Set("Content-Length", strconv.Itoa(len(content)))
		return nil
	}
}

// answering replaces the status of the store's responses to one method.
func answering(method string, status int) func(*http.Response) error {
	return func(r *http.Response) error {
		if r.Request.Method == method && strings.Contains(r.Request.URL.Path, "checks/") {
			r.StatusCode, r.Body, r.ContentLength = status, http.NoBody, 0
			r.Header.Set("Content-Length", "0")
			r.Header.Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		}
		return nil
	}
}

func flip(content []byte) []byte { content[len(content)/2] ^= 1; return content }

func TestR29_AStoreThatReturnsSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	for what, lie := range map[string]func(*http.Response) error{
		"a bit of the whole":    onRead(false, flip),
		"a bit of a part":       onRead(true, flip),
		"a shorter object":      onRead(false, func(content []byte) []byte { return content[:len(content)-1] }),
		"a longer part":         onRead(true, func(content []byte) []byte { return append(content, 0) }),
		"nothing":               onRead(false, func([]byte) []byte { return nil }),
		"an object that's gone": answering(http.MethodGet, http.StatusNotFound),
		"a removed object":      answering(http.MethodHead, http.StatusOK),
	} {
		t.Run(what, func(t *testing.T) {
			err := lying(t, lie).Prove(t.Context())
			if !errors.Is(err, blob.ErrUnfaithful) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want one line", what, err)
			}
		})
	}
}

func TestR29_AnUnavailableStoreIsNotUnfaithful(t *testing.T) {
	t.Parallel()
	if err := lying(t, func(*http.Response) error { return nil }).Prove(t.Context()); err != nil {
		t.Errorf("a faithful one: %v", err)
	}
	for _, method := range []string{http.MethodPut, http.MethodGet, http.MethodDelete} {
		err := lying(t, answering(method, http.StatusForbidden)).Prove(t.Context())
		if err == nil || errors.Is(err, blob.ErrUnfaithful) {
			t.Errorf("%s forbidden: %v", method, err)
		}
	}
	cfg := blobtest.Config(t)
	cfg.Endpoint = "http://127.0.0.1:1"
	away, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := away.Prove(t.Context()); err == nil || errors.Is(err, blob.ErrUnfaithful) {
		t.Errorf("unavailable: %v", err)
	}
}

func TestR29_AProofLeavesNothingInTheStore(t *testing.T) {
	t.Parallel()
	cfg := blobtest.Config(t)
	s, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := leftovers(t, cfg); len(found) != 0 {
		t.Errorf("left behind: %q", found)
	}
}

func TestR29_ARefusedStoreIsNeitherReadNorWritten(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	if _, err := s.Put(t.Context(), "k", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	s.Refuse(blob.ErrUnfaithful)
	_, put := s.Put(t.Context(), "k", strings.NewReader("y"))
	_, opened := s.Open(t.Context(), "k", 1)
	for what, err := range map[string]error{"put": put, "open": opened, "ping": s.Ping(t.Context())} {
		t.Run(what, func(t *testing.T) {
			if !errors.Is(err, blob.ErrUnfaithful) {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}
