package postgres

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Share is a limited part of a pool's connections, for work that must never use all of them.
type Share struct{ used chan struct{} }

// NewShare returns a share of at most n concurrent users of connections.
func NewShare(n int) *Share { return &Share{make(chan struct{}, n)} }

// Within makes all work with the returned context take its connections out of the share. The
// work counts once, from its first connection to its last, so that it never waits for itself.
func (s *Share) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, holderKey{}, &holder{share: s})
}

type holderKey struct{}

// holder is one piece of work within a share.
type holder struct {
	share *Share
	mu    sync.Mutex
	conns int
}

// take waits for room in the share; it returns false if ctx ended first.
func (h *holder) take(ctx context.Context) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns == 0 {
		select {
		case h.share.used <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	h.conns++
	return true
}

func (h *holder) give() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns--; h.conns == 0 {
		<-h.share.used
	}
}

// shares traces the connections of a pool. It must be a tracer of queries because pgx asks the
// query tracer for its other interfaces.
type shares struct{ holders sync.Map } // by connection

type takenKey struct{}

// TraceAcquireStart waits for room in the share of ctx.
func (*shares) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	h, _ := ctx.Value(holderKey{}).(*holder)
	if h == nil || !h.take(ctx) {
		return ctx // if ctx has ended, the pool fails next
	}
	return context.WithValue(ctx, takenKey{}, h)
}

// TraceAcquireEnd records to which work the connection belongs.
func (s *shares) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, data pgxpool.TraceAcquireEndData) {
	h, _ := ctx.Value(takenKey{}).(*holder)
	switch {
	case h == nil:
	case data.Err != nil:
		h.give()
	default:
		s.holders.Store(data.Conn, h)
	}
}

// TraceRelease returns the room to the share.
func (s *shares) TraceRelease(_ *pgxpool.Pool, data pgxpool.TraceReleaseData) {
	if h, counted := s.holders.LoadAndDelete(data.Conn); counted {
		h.(*holder).give()
	}
}
