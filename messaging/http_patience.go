package messaging

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Limits on the duration of a transfer; a slow connection is allowed for.
const (
	transferStall = time.Minute
	transferLimit = time.Hour

	// transferGrace is how far a connection may fall behind the minimum rate, as when it drops
	// and recovers.
	transferGrace = 30 * time.Second
)

// pace is the minimum speed of a request's body.
type pace struct {
	stall time.Duration // longest time without a byte
	grace time.Duration // extra time beyond what the rate allows
	rate  int64         // minimum average, in bytes per second
}

// after returns the remaining waiting time once more bytes came. A fast sender earns at most a
// pause of a few times the grace, so that it cannot slow to a trickle afterwards.
func (p pace) after(left time.Duration, bytes int) time.Duration {
	return min(left+time.Duration(bytes)*time.Second/time.Duration(p.rate), 4*p.grace)
}

// bounded limits a request's body to maxRequest bytes and to that pace, which replaces the
// server's own read deadline.
func bounded(w http.ResponseWriter, body io.ReadCloser, at pace) io.ReadCloser {
	return &patientBody{
		ReadCloser: http.MaxBytesReader(w, body, maxRequest),
		control:    http.NewResponseController(w),
		pace:       at,
		left:       at.grace,
		until:      time.Now().Add(transferLimit),
	}
}

// errTooSlow means that a body came more slowly than its pace allows.
var errTooSlow = errors.New("messaging: a body that comes too slowly")

// patientBody extends the read deadline with every read, and removes it after the last one:
// processing the body has no deadline. Only time spent waiting for the sender counts towards
// the average, not processing between reads.
type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
	pace    pace
	left    time.Duration // remaining time to wait for the sender
	until   time.Time
}

func (b *patientBody) Read(p []byte) (int, error) {
	// If deadlines cannot be set, the server's own apply.
	now, slow := time.Now(), b.left < b.pace.stall
	_ = b.control.SetReadDeadline(earlier(now.Add(min(b.pace.stall, b.left)), b.until))
	_ = b.control.SetWriteDeadline(earlier(now.Add(2*b.pace.stall), b.until))
	n, err := b.ReadCloser.Read(p)
	b.left = b.pace.after(b.left-time.Since(now), n)
	if errors.Is(err, os.ErrDeadlineExceeded) && slow {
		return n, fmt.Errorf("%w: %w", errTooSlow, err)
	}
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
		_ = b.control.SetWriteDeadline(time.Time{})
	}
	return n, err
}

// patientWriter extends the write deadline with every write.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	until   time.Time
}

func newPatientWriter(w http.ResponseWriter) *patientWriter {
	return &patientWriter{w, http.NewResponseController(w), time.Now().Add(transferLimit)}
}

func (w *patientWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(earlier(time.Now().Add(transferStall), w.until))
	return w.ResponseWriter.Write(p)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
