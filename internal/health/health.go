// Package health says whether the platform can serve: one state for the whole and
// one word for each of its parts. Every part is asked at the same time as the
// others and within a bound, and an answer is kept for a moment, so that asking
// often costs nothing more.
package health

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Status is the state of the whole.
type Status string

// The states of the whole. Degraded serves, without what the part is for.
const (
	Ready       Status = "ready"
	Degraded    Status = "degraded"
	Unavailable Status = "unavailable"
)

// The words for a part that the answer shows.
const (
	Works = "ready"
	Off   = "off"  // none is set
	Away  = "away" // it does not answer, or not as it should
	Full  = "full" // no room is left on its disk
)

// ErrOff is a check's word for a part that nobody has set up.
var ErrOff = errors.New("not set up")

const (
	// patience bounds one question to one part.
	patience = 2 * time.Second
	// fresh is how long an answer serves everybody who asks.
	fresh = time.Second
)

// Part is one part of the platform.
type Part struct {
	Name  string
	Vital bool // nothing can be served without it
	// Check returns nil for a part that works, ErrOff for one that is not set up,
	// what Called made for one with a word of its own, and any other error for one
	// that is away.
	Check func(context.Context) error
}

// called is a part's failure with a word of its own.
type called struct {
	error
	word string
}

func (c called) Unwrap() error { return c.error }

// Called gives a failure the word that the answer shows.
func Called(word string, err error) error { return called{err, word} }

// Report is the answer.
type Report struct {
	Status Status            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// Monitor asks the parts.
type Monitor struct {
	parts   []Part
	leaving atomic.Bool

	mu    sync.Mutex // held while the parts are asked: one question at a time, for all
	last  map[string]error
	asked time.Time
}

// New returns a monitor of the given parts.
func New(parts ...Part) *Monitor { return &Monitor{parts: parts} }

// Leave says that this process is going away: it is unavailable from now on, well
// as its parts may be.
func (m *Monitor) Leave() { m.leaving.Store(true) }

// Report asks every part, unless the last answer is still fresh.
func (m *Monitor) Report() Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil || time.Since(m.asked) > fresh {
		m.ask()
	}
	report := Report{Status: Ready, Parts: map[string]string{}}
	for _, part := range m.parts {
		err := m.last[part.Name]
		report.Parts[part.Name] = word(err)
		report.Status = worse(report.Status, part.costs(err))
	}
	if m.leaving.Load() {
		report.Status = Unavailable
	}
	return report
}

func (m *Monitor) ask() {
	found := make([]error, len(m.parts))
	var all sync.WaitGroup
	for i, part := range m.parts {
		all.Go(func() { found[i] = part.ask() })
	}
	all.Wait()
	before := m.last
	m.last, m.asked = map[string]error{}, time.Now()
	for i, part := range m.parts {
		m.last[part.Name] = found[i]
		logChange(part.Name, before[part.Name], found[i])
	}
}

// ask is bounded whatever the check does with its context.
func (p Part) ask() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- p.Check(ctx) }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// logChange tells the operator once that a part went away, and once that it is back.
func logChange(part string, before, now error) {
	well := func(word string) bool { return word == Works || word == Off }
	switch was, is := word(before), word(now); {
	case was == is || well(was) && well(is):
	case well(is):
		slog.Info("a part is back", "part", part)
	default:
		slog.Warn("a part does not work", "part", part, "state", is, "cause", now)
	}
}

func word(err error) string {
	var own called
	switch {
	case err == nil:
		return Works
	case errors.Is(err, ErrOff):
		return Off
	case errors.As(err, &own):
		return own.word
	}
	return Away
}

func (p Part) costs(err error) Status {
	switch {
	case err == nil || errors.Is(err, ErrOff):
		return Ready
	case p.Vital:
		return Unavailable
	}
	return Degraded
}

// worse orders the states.
func worse(a, b Status) Status {
	order := []Status{Ready, Degraded, Unavailable}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}
