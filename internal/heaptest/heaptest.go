// Package heaptest watches how much memory an act holds on to, for tests of what
// has to stream.
package heaptest

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// Watch collects garbage and samples what is left until its result is called,
// which is the growth of the live heap in bytes, at its highest. Garbage does not
// count: when it is collected depends on the machine.
func Watch() (peak func() uint64) {
	before := live()
	highest := before
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				highest = max(highest, live())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-ended
		return highest - before
	}
}

// live is the bytes that a collection just made has found in use.
func live() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
