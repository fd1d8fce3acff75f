// Package heaptest measures how much memory an act uses, for tests of code that must stream.
package heaptest

import (
	"io"
	"runtime"
	"runtime/metrics"
)

// every is the number of bytes of a stream between two measurements.
const every = 1 << 20

// Meter records the highest live heap. It forces a garbage collection, since its timing
// otherwise depends on the machine, and measures while the stream waits, so that nothing is
// allocated meanwhile.
type Meter struct {
	before, highest uint64
	passed          int
}

// New returns a meter that starts from the current heap.
func New() *Meter {
	now := live()
	return &Meter{before: now, highest: now}
}

// Growth returns the highest growth of the live heap in bytes.
func (m *Meter) Growth() uint64 { return m.highest - m.before }

// Reader returns a reader of r that measures the heap.
func (m *Meter) Reader(r io.Reader) io.Reader { return io.TeeReader(r, m) }

// Write measures the heap every so many bytes that are written.
func (m *Meter) Write(p []byte) (int, error) {
	for m.passed += len(p); m.passed >= every; m.passed %= every {
		m.highest = max(m.highest, live())
	}
	return len(p), nil
}

// live returns the bytes in use after a garbage collection.
func live() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
