package postgres

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Share is a bounded part of a pool's connections, for work that must never keep all
// of them from others.
type Share struct{ held chan struct{} }

// NewShare returns a share in which at most n hold connections at once.
func NewShare(n int) *Share { return &Share{make(chan struct{}, n)} }

// Within has whatever is done with ctx take its connections out of the share. It counts
// once, from its first connection to its last, so that it never waits for itself.
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

// take waits for a place in the share, and reports false when ctx ended first.
func (h *holder) take(ctx context.Context) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns == 0 {
		select {
		case h.share.held <- struct{}{}:
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
		<-h.share.held
	}
}

// shares is what a pool tells of its connections. It traces no query: a pool asks the
// tracer of queries whether it traces connections too.
type shares struct{ holders sync.Map } // by connection

type takenKey struct{}

// TraceAcquireStart waits for a place in the share of ctx.
func (*shares) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	h, _ := ctx.Value(holderKey{}).(*holder)
	if h == nil || !h.take(ctx) {
		return ctx // where ctx has ended, so does what the pool does next
	}
	return context.WithValue(ctx, takenKey{}, h)
}

// TraceAcquireEnd notes whose the connection is.
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

// TraceRelease gives the place back.
func (s *shares) TraceRelease(_ *pgxpool.Pool, data pgxpool.TraceReleaseData) {
	if h, held := s.holders.LoadAndDelete(data.Conn); held {
		h.(*holder).give()
	}
}

// TraceQueryStart is part of pgx.QueryTracer.
func (*shares) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd is part of pgx.QueryTracer.
func (*shares) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
