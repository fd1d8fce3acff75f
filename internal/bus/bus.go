// Package bus passes small events to current listeners ("you have a message"). It stores
// nothing: durable data is in PostgreSQL, and an event only means that the listener should
// read it.
package bus

import "sync"

// queueLength is how many events may wait for a listener before it misses some. That is
// harmless, since the listener reads the current state after any event.
const queueLength = 16

// Bus is an in-process bus, safe for concurrent use. The zero value is not usable; see New.
type Bus struct {
	mu        sync.Mutex
	listeners map[string]map[chan string]struct{}
}

// New returns a bus without listeners.
func New() *Bus { return &Bus{listeners: map[string]map[chan string]struct{}{}} }

// Publish sends the event to all listeners of topic. It never blocks: a listener whose queue
// is full misses the event.
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
