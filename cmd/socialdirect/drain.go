package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"socialdirect/internal/postgres"
)

const (
	// leaveWithin bounds how long jobs under way may take to end before whoever follows
	// may begin; they are cancelled then, and done again. It is no more than a quarter
	// of the drain.
	leaveWithin = 5 * time.Second
	// followWithin is how long a server that was asked to stop looks for one that
	// follows, where none has shown itself. It is no more than a quarter of the drain.
	followWithin = 2 * time.Second
	// lastTurn is what requests that came late have left, once nothing new is taken,
	// where no other server follows.
	lastTurn = 10 * time.Second
	// look is how often it looks.
	look = 20 * time.Millisecond
	// stopWithin bounds what is left once requests have ended.
	stopWithin = 3 * time.Second
)

// errCut says that the drain ended before the requests under way did.
type errCut struct {
	after    time.Duration
	requests int
}

func (e errCut) Error() string {
	return fmt.Sprintf("the drain was cut after %s; requests still under way: %d", e.after, e.requests)
}

// serveUntil answers requests until ctx ends or a part dies, then drains, for grace at
// most. With lock, another server may follow: until it serves, requests are answered
// here.
func (p *platform) serveUntil(ctx context.Context, listener net.Listener, died <-chan error, lock *postgres.Lock, grace time.Duration) error {
	served := make(chan error, 1)
	go func() { served <- p.server.HTTP().Serve(listener) }()
	var why error
	select {
	case <-ctx.Done():
	case why = <-died:
	case why = <-served:
	}
	return errors.Join(why, p.drain(context.WithoutCancel(ctx), lock, grace))
}

// drain ends the server. /readyz says so first. Then jobs, sockets and the relay end,
// and the lock is let go, so that another server can begin; meanwhile, and until that one
// serves, requests are answered here as before. Then nothing new is taken, and those
// under way may end.
func (p *platform) drain(ctx context.Context, lock *postgres.Lock, grace time.Duration) error {
	slog.Info("stopping")
	draining, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	ended := p.server.Leave()
	if err := p.leaveWithin(draining, min(leaveWithin, grace/4)); err != nil {
		slog.Warn("not all that works by itself ended in time", "cause", err)
	}
	if lock != nil {
		lock.Release(draining)
		following, enough := context.WithTimeout(draining, grace-min(lastTurn, grace/4))
		awaitFollower(following, lock, ended, min(followWithin, grace/4))
		enough()
	}
	cut := p.shutdown(draining, grace)
	stopping, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	return errors.Join(cut, p.stop(stopping))
}

func (p *platform) leaveWithin(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return p.leave(ctx)
}

// awaitFollower returns once another server serves, or once there is none and the
// requests of before have ended.
func awaitFollower(ctx context.Context, lock *postgres.Lock, ended <-chan struct{}, patience time.Duration) {
	looking := time.NewTicker(look)
	defer looking.Stop()
	patient := time.Now().Add(patience)
	for !lock.Succeeded(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-looking.C:
		}
		if done(ended) && time.Now().After(patient) && !lock.WantedElsewhere(ctx) {
			return
		}
	}
}

func done(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// shutdown closes the listener and lets the requests under way end.
func (p *platform) shutdown(ctx context.Context, grace time.Duration) error {
	if err := p.server.HTTP().Shutdown(ctx); err == nil {
		return nil
	}
	cut := errCut{grace, p.server.UnderWay()}
	_ = p.server.HTTP().Close() // what is under way still has had its time
	if cut.requests == 0 {
		return nil // connections alone, on which nothing was asked
	}
	return cut
}
