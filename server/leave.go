package server

import (
	"net/http"
	"sync"
)

// leaving knows which requests are under way. Before the server leaves it counts those
// that it must not abandon; those that come later are answered as well, and told to ask
// elsewhere next time.
type leaving struct {
	mu     sync.Mutex
	begun  bool
	early  int // under way since before
	late   int
	ended  chan struct{} // closed once the server leaves and no early one is under way
	closed bool
}

func newLeaving() *leaving { return &leaving{ended: make(chan struct{})} }

// around counts a request. One that comes while the server leaves has its connection
// closed after its answer, so that a proxy opens the next one to whoever follows.
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
	l.tell()
}

func (l *leaving) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = true
	l.tell()
}

// tell is called with mu held.
func (l *leaving) tell() {
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

// Leave begins the server's end: /readyz says so, answers close their connections, and
// the channel that is returned is closed once the requests of before have ended.
func (s *Server) Leave() <-chan struct{} {
	s.parts.Health.Leave()
	s.leaving.begin()
	return s.leaving.ended
}

// UnderWay is how many requests are being answered.
func (s *Server) UnderWay() int { return s.leaving.underWay() }
