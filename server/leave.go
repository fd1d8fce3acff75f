package server

import (
	"net/http"
	"sync"
)

// leaving counts current requests. When shutdown begins, it counts separately those that must
// not be abandoned; later requests are still answered, but their connections are closed.
type leaving struct {
	mu     sync.Mutex
	begun  bool
	early  int // current requests that began before shutdown
	late   int
	ended  chan struct{} // closed once shutdown has begun and no early request is left
	closed bool
}

func newLeaving() *leaving { return &leaving{ended: make(chan struct{})} }

// around counts a request. During shutdown it closes the connection after the answer, so that
// a proxy opens the next one to the new server.
func (l *leaving) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count := l.enter(w)
		defer l.exit(count)
		next.ServeHTTP(w, r)
	})
}

func (l *leaving) enter(w http.ResponseWriter) (counted *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counted = &l.early
	if l.begun {
		w.Header().Set("Connection", "close")
		counted = &l.late
	}
	*counted++
	return counted
}

func (l *leaving) exit(counted *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*counted--
	l.closeIfDone()
}

func (l *leaving) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	l.closeIfDone()
}

// closeIfDone closes ended once no early request is left. The caller has locked mu.
func (l *leaving) closeIfDone() {
	if l.begun && l.early == 0 && !l.closed {
		l.closed = true
		close(l.ended)
	}
}

func (l *leaving) underWay() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.early + l.late
}

// Leave begins shutdown: /readyz reports it, connections are closed after their answers, and
// the returned channel is closed once the earlier requests have ended.
func (s *Server) Leave() <-chan struct{} {
	s.parts.Health.Leave()
	s.leaving.begin()
	return s.leaving.ended
}

// UnderWay returns the number of requests being answered.
func (s *Server) UnderWay() int { return s.leaving.underWay() }
