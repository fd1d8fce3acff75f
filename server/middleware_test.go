package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serveFor serves a handler whose body may take that long to arrive.
func serveFor(t *testing.T, patience time.Duration, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limitBody(w, r, patience)
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// An answer may take longer than a body: a download over a slow connection, or an act that
// waits for a scanner.
func TestR29_AnAnswerOutlastsTheDeadlineOfABody(t *testing.T) {
	t.Parallel()
	const patience = 100 * time.Millisecond
	url := serveFor(t, patience, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			t.Errorf("%s: cancelled during the answer", r.Method)
		case <-time.After(3 * patience):
		}
	})
	for method, body := range map[string]string{http.MethodGet: "", http.MethodPost: "body=bonjour"} {
		t.Run(method, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatalf("%s: %v", method, err)
			}
			answer.Body.Close()
		})
	}
}

// A body that never arrives does not block a request for ever.
func TestABodyThatNeverArrivesTimesOut(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	url := serveFor(t, 50*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		failed <- err
	})
	body, hold := io.Pipe()
	defer hold.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := http.DefaultClient.Do(request); err == nil {
		answer.Body.Close()
	}
	if err := <-failed; err == nil {
		t.Error("half a body was accepted as complete")
	}
}

// Over TLS, a page of the same host that was loaded without it is a stranger: somebody on the
// way may have written it.
func TestR34_APageLoadedWithoutTLSCannotSendForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secure bool
		origin string
		want   int
	}{
		{true, "http://rdv.example.org", http.StatusForbidden}, {true, "http:", http.StatusForbidden},
		{true, "https://rdv.example.org", http.StatusOK}, {true, "", http.StatusOK},
		{false, "http://localhost:8080", http.StatusOK},
	} {
		s := &Server{parts: Parts{Secure: c.secure}}
		passed := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		denied := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
		r := httptest.NewRequest(http.MethodPost, "/connexion", nil)
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		s.sameScheme(passed, denied).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
}
