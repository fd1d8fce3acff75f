package socket

import (
	"context"
	"sync"
	"time"
)

// Rounds call one act periodically, from the first Begin until Stop, for all connections at
// once.
type Rounds struct {
	every time.Duration
	act   func(context.Context)
	once  *sync.Once
	ctx   context.Context
	end   context.CancelFunc
	ended chan struct{}
}

// NewRounds returns rounds that have not begun.
func NewRounds(every time.Duration, act func(context.Context)) Rounds {
	ctx, end := context.WithCancel(context.Background())
	return Rounds{every: every, act: act, once: &sync.Once{}, ctx: ctx, end: end, ended: make(chan struct{})}
}

// Begin starts the rounds; further calls do nothing.
func (r Rounds) Begin() { r.once.Do(func() { go r.run() }) }

func (r Rounds) run() {
	defer close(r.ended)
	again := time.NewTicker(r.every)
	defer again.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-again.C:
			r.act(r.ctx)
		}
	}
}

// Stop ends the rounds for good, and waits for the last one.
func (r Rounds) Stop() {
	r.end()
	r.once.Do(func() { close(r.ended) })
	<-r.ended
}
