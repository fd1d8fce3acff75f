package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"socialdirect/account"
	"socialdirect/account/session"
	"socialdirect/booking"
	"socialdirect/booking/agenda"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/calendar"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/company/api"
	"socialdirect/company/apikey"
	"socialdirect/company/figures"
	"socialdirect/internal/config"
	"socialdirect/internal/fault"
	"socialdirect/internal/health"
	"socialdirect/legal"
	"socialdirect/messaging"
	"socialdirect/privacy"
	"socialdirect/signaling"
	"socialdirect/web"
)

// Parts is what the server serves.
type Parts struct {
	Web         *web.Renderer
	Accounts    *account.HTTP
	Sessions    *session.Service
	Companies   *company.HTTP
	Legal       *legal.HTTP
	Workers     *worker.HTTP
	Agendas     *agenda.HTTP
	Searches    *search.HTTP
	Calendars   *calendar.HTTP
	Bookings    *booking.HTTP
	Waitlist    *waitlist.HTTP
	Rebookings  *rebooking.HTTP
	Notify      *notify.HTTP
	BulkCancels *bulkcancel.HTTP
	Messages    *messaging.HTTP
	Calls       *signaling.HTTP
	Rights      *privacy.HTTP
	Figures     *figures.HTTP
	Keys        *apikey.HTTP
	API         *api.HTTP

	// Health answers /readyz.
	Health *health.Monitor
	// Extra is pages beside the table, by path: the demo's mail.
	Extra map[string]web.Handler
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Secure says that the platform is reached over TLS.
	Secure bool
	// Operator fills the legal notice.
	Operator Operator
}

// Operator is who runs the platform, as its legal notice must say. Empty fields
// are said to be missing.
type Operator config.Operator

// Server is the HTTP server.
type Server struct {
	parts   Parts
	http    *http.Server
	leaving *leaving
}

// New returns the server of the given parts; it listens to nothing yet.
func New(parts Parts) *Server {
	s := &Server{parts: parts, leaving: newLeaving()}
	s.http = &http.Server{
		Handler:           s.around(s.mux()),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	return s
}

// Handler is the whole platform as a handler.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// HTTP is the server to serve a listener with and to shut down.
func (s *Server) HTTP() *http.Server { return s.http }

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
}

// readyz says in one line how the platform and its parts are.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	report := s.parts.Health.Report()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if report.Status == health.Unavailable {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(report) // the client may have gone
}

func notFound(http.ResponseWriter, *http.Request) error {
	return fault.Wrap(fault.NotFound, errors.New("no such page"))
}
