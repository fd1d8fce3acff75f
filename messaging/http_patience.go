package messaging

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// How long a transfer may stand still, and last: a weak line may take its time.
const (
	transferStall = time.Minute
	transferLimit = time.Hour

	// transferGrace is what a line may fall behind the least rate, as when it breaks off
	// and comes back.
	transferGrace = 30 * time.Second
)

// pace is how slowly a request's body may come.
type pace struct {
	stall time.Duration // how long it may stand still
	grace time.Duration // how long it is waited for beyond what its rate allows
	rate  int64         // bytes a second, at least, on average
}

// after is how long the sender may be waited for once so many more bytes came. Who was
// fast earns a pause of a few times the grace, and not the right to drip from then on.
func (p pace) after(left time.Duration, bytes int) time.Duration {
	return min(left+time.Duration(bytes)*time.Second/time.Duration(p.rate), 4*p.grace)
}

// bounded is a request's body that may come slowly, at that pace, and only so much of
// it. The server's own deadline for reading does not hold for it.
func bounded(w http.ResponseWriter, body io.ReadCloser, at pace) io.ReadCloser {
	return &patientBody{
		ReadCloser: http.MaxBytesReader(w, body, maxRequest),
		control:    http.NewResponseController(w),
		pace:       at,
		left:       at.grace,
		until:      time.Now().Add(transferLimit),
	}
}

// errTooSlow says that a body came more slowly than its pace allows.
var errTooSlow = errors.New("messaging: a body that comes too slowly")

// patientBody moves the deadlines with every read, and lifts them after the last
// one: what is then done with the body takes the time that it takes. Its average counts
// the time for which it waits for the sender, and not what is done in between.
type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
	pace    pace
	left    time.Duration // how long the sender may still be waited for
	until   time.Time
}

func (b *patientBody) Read(p []byte) (int, error) {
	// Where deadlines cannot be set, the server's own hold.
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

// patientWriter moves the deadline with every write.
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
