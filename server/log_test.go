package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/internal/fault"
	"socialdirect/web"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestR40_TheLogLineOfAnInternalErrorNamesTheStatement(t *testing.T) { // not parallel: it sets the logger
	var log bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	r := &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}
	failed := &pgconn.PgError{Severity: "ERROR", Message: "no such column", Code: "42703", InternalQuery: "select\n\tnothing"}
	logFault(r, fault.From(fmt.Errorf("reading: %w", failed)))
	if got := log.String(); !strings.Contains(got, `statement="select nothing"`) || !strings.Contains(got, "42703") {
		t.Error(got)
	}
	log.Reset()
	logFault(r, fault.From(fmt.Errorf("reading a file")))
	if got := log.String(); strings.Contains(got, "statement") || !strings.Contains(got, "reading a file") {
		t.Error(got)
	}
}
