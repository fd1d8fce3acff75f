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
	// leaveWithin is how long running jobs may take to end before the next server may start;
	// then they are cancelled and run again. It is at most a quarter of the drain.
	leaveWithin = 5 * time.Second
	// followWithin is how long a stopping server waits for a successor if none has appeared yet.
	// It is at most a quarter of the drain.
	followWithin = 2 * time.Second
	// lastTurn is how long late requests may take after the listener has closed, if there is no
	// successor.
	lastTurn = 10 * time.Second
	// look is the polling interval.
	look = 20 * time.Millisecond
	// stopWithin is how long the rest may take once requests have ended.
	stopWithin = 3 * time.Second
)

// errCut means that the drain ended before all current requests did.
type errCut struct {
	after    time.Duration
	requests int
}

func (e errCut) Error() string {
	return fmt.Sprintf("the drain was cut after %s; requests still under way: %d", e.after, e.requests)
}

// serveUntil serves requests until ctx ends or a component dies, then drains for at most
// grace. With lock, another server may follow: until that one serves, this one keeps serving
// requests.
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

// drain stops the server. First /readyz reports it. Then jobs, sockets and the relay end and
// the lock is released, so that another server can start; meanwhile, and until that one
// serves, requests are still served. Then the listener closes, and current requests may end.
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

// awaitFollower returns once another server serves, or once there is none and the earlier
// requests have ended.
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

// shutdown closes the listener and lets current requests end.
func (p *platform) shutdown(ctx context.Context, grace time.Duration) error {
	if err := p.server.HTTP().Shutdown(ctx); err == nil {
		return nil
	}
	cut := errCut{grace, p.server.UnderWay()}
	_ = p.server.HTTP().Close() // remaining requests have exceeded their time
	if cut.requests == 0 {
		return nil // only idle connections
	}
	return cut
}
