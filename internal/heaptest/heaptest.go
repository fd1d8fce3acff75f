// Package heaptest measures how much memory an act holds on to, for tests of what
// has to stream.
package heaptest

import (
	"io"
	"runtime"
	"runtime/metrics"
)

// every is after how many bytes of a stream the heap is looked at.
const every = 1 << 20

// Meter keeps the highest live heap that it has seen. Garbage does not count, since
// when it is collected depends on the machine; and it looks while the stream that it
// sits in waits, so that nothing is made meanwhile.
type Meter struct {
	before, highest uint64
	passed          int
}

// New returns a meter that counts from the heap of now.
func New() *Meter {
	now := live()
	return &Meter{before: now, highest: now}
}

// Growth is by how many bytes the live heap grew, at its highest.
func (m *Meter) Growth() uint64 { return m.highest - m.before }

// Reader looks at the heap as r is read.
func (m *Meter) Reader(r io.Reader) io.Reader { return io.TeeReader(r, m) }

// Write makes the meter one more place to which a stream can be written.
func (m *Meter) Write(p []byte) (int, error) {
	for m.passed += len(p); m.passed >= every; m.passed %= every {
		m.highest = max(m.highest, live())
	}
	return len(p), nil
}

// live is the bytes that a collection just made has found in use.
func live() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
