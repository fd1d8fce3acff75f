package server

import (
	"context"
	"errors"
	"net/http"
	"socialdirect/web"
	"time"
)

// answerTimeout is how long a page may take to begin its answer, once its body could
// have arrived: a database that hangs, or has no connection left for it, must not keep
// people waiting for nothing.
const answerTimeout = 20 * time.Second

// errSlow is why a request ended that had no answer in time.
var errSlow = errors.New("no answer in time")

// inTime ends a request's context with errSlow when its answer has not begun in time.
// Sockets and uploads last as long as they last; so does an answer that has begun.
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

// beginning stops the clock when the answer begins.
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
