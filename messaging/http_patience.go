package messaging

import (
	"io"
	"net/http"
	"time"
)

// How long a transfer may stand still, and last: a weak line may take its time.
const (
	transferStall = time.Minute
	transferLimit = time.Hour
)

// bounded is a request's body that may come slowly, and only so much of it. The
// server's own deadline for reading does not hold for it.
func bounded(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	return &patientBody{
		ReadCloser: http.MaxBytesReader(w, body, maxRequest),
		control:    http.NewResponseController(w),
		until:      time.Now().Add(transferLimit),
	}
}

// patientBody moves the deadlines with every read: the answer comes after the
// last one.
type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
	until   time.Time
}

func (b *patientBody) Read(p []byte) (int, error) {
	// Where deadlines cannot be set, the server's own hold.
	now := time.Now()
	_ = b.control.SetReadDeadline(earlier(now.Add(transferStall), b.until))
	_ = b.control.SetWriteDeadline(earlier(now.Add(2*transferStall), b.until))
	return b.ReadCloser.Read(p)
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
