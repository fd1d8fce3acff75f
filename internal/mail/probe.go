package mail

import (
	"context"
	"sync"
	"time"
)

const (
	// probeFresh is how long a probe's result is cached, so that servers are not probed too
	// often.
	probeFresh = 15 * time.Second
	// probeTime is the timeout of a probe, longer than callers wait.
	probeTime = 10 * time.Second
)

// probe is the last result, shared by all callers.
type probe struct {
	mu    sync.Mutex
	found error
	at    time.Time
	under chan struct{} // closed when the running probe ends; nil if none runs
}

// Answers reports whether the server answers, as of a few seconds ago at most. If ctx ends
// while a slow probe runs, it returns the previous result.
func (s *Sender) Answers(ctx context.Context) error {
	under := s.probe.begin(s.Probe)
	select {
	case <-under:
	case <-ctx.Done():
	}
	s.probe.mu.Lock()
	defer s.probe.mu.Unlock()
	return s.probe.found
}

func (p *probe) begin(ask func(context.Context) error) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under != nil {
		return p.under
	}
	ended := make(chan struct{})
	if time.Since(p.at) < probeFresh {
		close(ended)
		return ended
	}
	p.under = ended
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), probeTime)
		defer cancel()
		p.end(ask(ctx))
	}()
	return ended
}

func (p *probe) end(found error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.under)
	p.found, p.at, p.under = found, time.Now(), nil
}
