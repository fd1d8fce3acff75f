package mail

import (
	"context"
	"sync"
	"time"
)

const (
	// probeFresh is how long a probe's result stands, that servers need not bear one
	// after the other.
	probeFresh = 15 * time.Second
	// probeTime is how long a server may take, which is longer than whoever asks waits.
	probeTime = 10 * time.Second
)

// probe is the last that was found, shared by all who ask.
type probe struct {
	mu    sync.Mutex
	found error
	at    time.Time
	under chan struct{} // closed when the one that is under way ends; nil for none
}

// Answers says whether the server answers, as of some seconds ago at most; while a slow
// server has not answered yet, what was found before stands once ctx ends.
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
