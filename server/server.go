package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"socialdirect/account/interrupted"
	"socialdirect/account/session"
	"socialdirect/company/api"
	"socialdirect/internal/config"
	"socialdirect/internal/fault"
	"socialdirect/internal/health"
	"socialdirect/web"
)

// Parts are the dependencies of the server.
type Parts struct {
	Web      *web.Renderer
	Reminder func(*web.Request) *web.Reminder // line above a page; nil: none
	Cookies  *session.HTTP                    // identifies the viewer of a request
	Sessions *session.Service
	// Interrupted keeps the forms of ended sessions.
	Interrupted *interrupted.Service
	API         *api.HTTP
	// Pages are the pages of all packages.
	Pages []Pages

	// Health answers /readyz.
	Health *health.Monitor
	// Extra are pages outside of the table, by path: the demo's mail.
	Extra map[string]web.Handler
	// TrustedProxies are the addresses whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// Secure says that the platform is reached over TLS.
	Secure bool
	// Operator fills the legal notice.
	Operator Operator
	// Base is the public address, without a slash at the end.
	Base string
	// Now is the clock of what the server says itself.
	Now func() time.Time
}

// Operator is the company that runs the platform, as its legal notice must describe it. The
// notice says which fields are missing.
type Operator config.Operator

// Server is the HTTP server.
type Server struct {
	parts   Parts
	http    *http.Server
	leaving *leaving
	refills *http.ServeMux // see resume
}

// New returns a server; it does not listen yet.
func New(parts Parts) *Server {
	s := &Server{parts: parts, leaving: newLeaving()}
	parts.Web.Join(s.routes(), parts.Reminder)
	s.refills = s.refillMux()
	s.http = &http.Server{
		Handler:           s.around(s.mux()),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	return s
}

// Handler returns the whole platform as a handler.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// HTTP returns the server for serving a listener and for shutdown.
func (s *Server) HTTP() *http.Server { return s.http }

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
}

// readyz reports the status of the platform and its components in one line.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	report := s.parts.Health.Report()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if report.Status == health.Unavailable {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(report) // the client may have disconnected
}

func notFound(http.ResponseWriter, *web.Request) error {
	return fault.Wrap(fault.NotFound, errors.New("no such page"))
}
