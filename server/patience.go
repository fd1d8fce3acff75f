package server

import (
	"context"
	"errors"
	"net/http"
	"socialdirect/web"
	"time"
)

// answerTimeout is how long a page may take to begin its answer after the time for its body:
// people must not wait in vain for a database that hangs or has no free connection.
const answerTimeout = 20 * time.Second

// errSlow is the cause of the end of a request without an answer in time.
var errSlow = errors.New("no answer in time")

// inTime cancels a request's context with errSlow if its answer has not begun in time. Sockets
// and uploads have no limit, nor has an answer that has begun.
func inTime(k web.RouteKind, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request, func()) {
	if k == web.SocketRoute || k == web.UploadRoute {
		return w, r, func() {}
	}
	return beginWithin(answerTimeout+bodyPatience(k, r), w, r)
}

func bodyPatience(k web.RouteKind, r *http.Request) time.Duration {
	if r.Body == nil || r.Body == http.NoBody {
		return 0
	}
	return patienceFor(k)
}

func beginWithin(limit time.Duration, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request, func()) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(limit, func() { cancel(errSlow) })
	return &beginning{w, timer}, r.WithContext(ctx), func() {
		timer.Stop()
		cancel(nil)
	}
}

// beginning stops the timer when the answer begins.
type beginning struct {
	http.ResponseWriter
	timer *time.Timer
}

func (b *beginning) WriteHeader(status int) {
	b.timer.Stop()
	b.ResponseWriter.WriteHeader(status)
}

func (b *beginning) Write(p []byte) (int, error) {
	b.timer.Stop()
	return b.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (b *beginning) Unwrap() http.ResponseWriter { return b.ResponseWriter }
