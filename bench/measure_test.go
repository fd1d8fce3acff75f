package bench

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // zones do not depend on the machine
)

// least is the minimum number of measurements.
const least = 7

func TestMain(m *testing.M) {
	if is, err := beClient(); is {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	status := m.Run()
	if err := stopCluster(); err != nil {
		fmt.Fprintln(os.Stderr, "the cluster did not stop well:", err)
		status = 1
	}
	os.Exit(status)
}

func ok(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// rounds calls round for as long as benchmarks run, and at least n times.
func rounds(b *testing.B, n int, round func()) {
	b.Helper()
	done := 0
	for b.Loop() {
		round()
		done++
	}
	for ; done < n; done++ {
		round()
	}
	b.ReportMetric(0, "ns/op") // the time of a round is meaningless
}

// sample contains one value per round.
type sample []float64

func (s sample) sorted() sample { return slices.Sorted(slices.Values(s)) }

// median returns the middle value, the upper one of an even number.
func (s sample) median() float64 { return s.sorted()[len(s)/2] }

// quantile returns the value that this share of all does not exceed.
func (s sample) quantile(share float64) float64 {
	return s.sorted()[max(0, int(math.Ceil(share*float64(len(s))))-1)]
}

// String returns the median with the minimum and the maximum.
func (s sample) String() string {
	sorted := s.sorted()
	return fmt.Sprintf("%.3g (%.3g to %.3g in %d rounds)", s.median(), sorted[0], sorted[len(sorted)-1], len(s))
}

// over divides two samples round by round, because a disturbance affects both values of a
// round.
func (s sample) over(other sample) sample {
	ratio := make(sample, len(s))
	for i := range s {
		ratio[i] = s[i] / other[i]
	}
	return ratio
}

// atMost fails a benchmark whose median exceeds its limit.
func (s sample) atMost(b *testing.B, what string, limit float64) {
	b.Helper()
	if s.median() > limit {
		b.Errorf("%s: %v, the limit is %v at most", what, s, limit)
	}
}

// atLeast is the same for a lower limit.
func (s sample) atLeast(b *testing.B, what string, limit float64) {
	b.Helper()
	if s.median() < limit {
		b.Errorf("%s: %v, the limit is %v at least", what, s, limit)
	}
}

// took returns how many seconds act takes.
func took(act func()) float64 {
	began := time.Now()
	act()
	return time.Since(began).Seconds()
}

// heapAfter returns the bytes of live heap and of goroutines' stacks after garbage collection.
func heapAfter() float64 {
	runtime.GC()
	runtime.GC() // frees what the first one finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// drained reads a response to its end and returns its size.
func drained(b testing.TB, body io.ReadCloser) int64 {
	b.Helper()
	defer body.Close()
	n, err := io.Copy(io.Discard, body)
	ok(b, err)
	return n
}
