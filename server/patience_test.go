package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/web"
)

// A request without an answer in time ends with an error page; an answer that has begun has no
// limit.
func TestR40_ARequestWithoutAnAnswerInTimeIsEnded(t *testing.T) {
	t.Parallel()
	const limit = 20 * time.Millisecond
	r := httptest.NewRequest(http.MethodGet, "/", nil)

	_, waiting, done := beginWithin(limit, httptest.NewRecorder(), r)
	defer done()
	<-waiting.Context().Done()
	if f := faultOf(&web.Request{Request: waiting}, waiting.Context().Err()); f.Code != fault.Unavailable {
		t.Errorf("no answer in time: %v", f)
	}

	w, answering, done := beginWithin(limit, httptest.NewRecorder(), r)
	defer done()
	if _, err := w.Write([]byte("begun")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-answering.Context().Done():
		t.Error("ended during its answer")
	case <-time.After(5 * limit):
	}
}

func TestR40_ADisconnectedBrowserIsNoUnavailableComponent(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	if f := faultOf(&web.Request{Request: r}, ctx.Err()); f.Code != fault.Internal {
		t.Errorf("%v", f)
	}
	own := fault.Wrap(fault.NotFound, errors.New("none"))
	if f := faultOf(&web.Request{Request: r}, own); f != own {
		t.Errorf("%v", f)
	}
}

// Sockets and uploads may last longer than any page.
func TestR40_SocketsAndUploadsAreNotEnded(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, kind := range []web.RouteKind{web.SocketRoute, web.UploadRoute} {
		_, got, done := inTime(kind, httptest.NewRecorder(), r)
		done()
		if got.Context().Err() != nil {
			t.Errorf("%d has a limit", kind)
		}
	}
}
