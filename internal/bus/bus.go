// Package bus carries small events to whoever listens right now ("you have a
// message"). It keeps nothing: what must not be lost is in PostgreSQL, and an
// event only says that it is time to look.
package bus

import "sync"

// queueLength is how many events a listener may be behind before it misses
// some; one event says as much as ten, since the listener then looks.
const queueLength = 16

// Bus is an in-process bus, safe for concurrent use. The zero value is not
// ready; use New.
type Bus struct {
	mu        sync.Mutex
	listeners map[string]map[chan string]struct{}
}

// New returns a bus without listeners.
func New() *Bus { return &Bus{listeners: map[string]map[chan string]struct{}{}} }

// Publish tells everyone who listens to topic. It never waits: a listener whose
// queue is full misses the event.
func (b *Bus) Publish(topic, event string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.listeners[topic] {
		select {
		case ch <- event:
		default:
		}
	}
}

// Subscribe listens to topic until cancel is called; cancel may be called twice.
func (b *Bus) Subscribe(topic string) (events <-chan string, cancel func()) {
	ch := make(chan string, queueLength)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners[topic] == nil {
		b.listeners[topic] = map[chan string]struct{}{}
	}
	b.listeners[topic][ch] = struct{}{}
	return ch, func() { b.remove(topic, ch) }
}

func (b *Bus) remove(topic string, ch chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.listeners[topic], ch)
	if len(b.listeners[topic]) == 0 {
		delete(b.listeners, topic)
	}
}
