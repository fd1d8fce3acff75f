package event

import (
	"sync"
	"time"

	"socialdirect/internal/postgres"
)

// An attack is this many failures on this many accounts within the window. People who mistype
// on a Monday morning stay far below.
const (
	window         = 10 * time.Minute
	attackFailures = 100
	attackAccounts = 30
	alarmEvery     = time.Hour
)

// Watch logs failed tries and notices attacks. One process serves the platform, so what it saw
// recently is in its memory.
type Watch struct {
	db     *postgres.DB
	recent *recent
}

// New returns the watch. A platform needs exactly one.
func New(db *postgres.DB) *Watch { return &Watch{db, &recent{}} }

// At returns the watch on db, which may have another clock.
func (w *Watch) At(db *postgres.DB) *Watch { return &Watch{db, w.recent} }

// recent is what happened in the present window.
type recent struct {
	lock     sync.Mutex
	began    time.Time
	failures int
	failed   map[string]bool // the keys of failed tries, at most attackAccounts
	slowed   map[string]bool // the keys of refused tries that were logged
	alarmed  time.Time
}

// mostSlowed bounds the keys that are remembered; further refused tries are not logged.
const mostSlowed = 10_000

// turn begins a new window when the present one is over.
func (r *recent) turn(now time.Time) {
	if now.Sub(r.began) >= window {
		r.began, r.failures, r.failed, r.slowed = now, 0, map[string]bool{}, map[string]bool{}
	}
}

// firstSlowed reports whether a refused try is the first of its key in the window.
func (r *recent) firstSlowed(key string, now time.Time) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.turn(now)
	if r.slowed[key] || len(r.slowed) >= mostSlowed {
		return false
	}
	r.slowed[key] = true
	return true
}

// attack counts a failure and reports whether an alarm is due: at most once in alarmEvery.
func (r *recent) attack(key string, now time.Time) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.turn(now)
	r.failures++
	if len(r.failed) < attackAccounts {
		r.failed[key] = true
	}
	if r.failures < attackFailures || len(r.failed) < attackAccounts || now.Sub(r.alarmed) < alarmEvery {
		return false
	}
	r.alarmed = now
	return true
}
