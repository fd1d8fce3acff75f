// Package health reports whether the platform can serve: one status for the whole and one word
// for each of its components. All components are checked concurrently within a time limit, and
// the result is cached for a moment, so that frequent requests cost little.
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

// Status is the status of the whole.
type Status string

// The statuses of the whole. Degraded: it serves, without the function of a component.
const (
	Ready       Status = "ready"
	Degraded    Status = "degraded"
	Unavailable Status = "unavailable"
)

// Words for the state of a component.
const (
	Works = "ready"
	Off   = "off"  // not configured
	Away  = "away" // no answer, or a wrong one
	Full  = "full" // its disk is full
)

// ErrOff is returned by the check of a component that is not configured.
var ErrOff = errors.New("not set up")

const (
	// patience is the timeout of one check.
	patience = 2 * time.Second
	// fresh is how long a result is cached.
	fresh = time.Second
)

// Part is one component of the platform.
type Part struct {
	Name  string
	Vital bool // the platform cannot serve without it
	// Check returns nil for a component that works, ErrOff for one that is not configured, an
	// error of Called for one with another word, and any other error for one that is away.
	Check func(context.Context) error
}

// called is a component's failure with its own word.
type called struct {
	error
	word string
}

func (c called) Unwrap() error { return c.error }

// Called returns a failure with the word that the report shows.
func Called(word string, err error) error { return called{err, word} }

// Report is the status of the whole and of each component.
type Report struct {
	Status Status            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// Monitor checks the components.
type Monitor struct {
	parts   []Part
	leaving atomic.Bool

	mu    sync.Mutex // locked while the components are checked: concurrent callers share one check
	last  map[string]error
	asked time.Time
}

// New returns a monitor of the given components.
func New(parts ...Part) *Monitor { return &Monitor{parts: parts} }

// Leave makes the platform unavailable because this process shuts down, even if its components
// work.
func (m *Monitor) Leave() { m.leaving.Store(true) }

// Report checks every component, unless the last result is still fresh.
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

// ask runs the check with a time limit, even if it ignores its context.
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

// logChange logs once that a component failed, and once that it works again.
func logChange(part string, before, now error) {
	well := func(word string) bool { return word == Works || word == Off }
	switch was, is := word(before), word(now); {
	case was == is || well(was) && well(is):
	case well(is):
		slog.Info("a component works again", "part", part)
	default:
		slog.Warn("a component does not work", "part", part, "state", is, "cause", now)
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

// worse returns the worse of two statuses.
func worse(a, b Status) Status {
	order := []Status{Ready, Degraded, Unavailable}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}
