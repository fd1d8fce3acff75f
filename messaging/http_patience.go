package messaging

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// How long a transfer may stand still, and last: a weak line may take its time.
const (
	transferStall = time.Minute
	transferLimit = time.Hour
)

// bounded is a request's body that may come slowly, standing still for stall at
// most, and only so much of it. The server's own deadline for reading does not
// hold for it.
func bounded(w http.ResponseWriter, body io.ReadCloser, stall time.Duration) io.ReadCloser {
	return &patientBody{
		ReadCloser: http.MaxBytesReader(w, body, maxRequest),
		control:    http.NewResponseController(w),
		stall:      stall,
		until:      time.Now().Add(transferLimit),
	}
}

// patientBody moves the deadlines with every read, and lifts them after the last
// one: what is then done with the body takes the time that it takes.
type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
	stall   time.Duration
	until   time.Time
}

func (b *patientBody) Read(p []byte) (int, error) {
	// Where deadlines cannot be set, the server's own hold.
	now := time.Now()
	_ = b.control.SetReadDeadline(earlier(now.Add(b.stall), b.until))
	_ = b.control.SetWriteDeadline(earlier(now.Add(2*b.stall), b.until))
	n, err := b.ReadCloser.Read(p)
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
