package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

// sessionPath tells a page's script when its session ends.
const sessionPath = "/session"

// session answers with the seconds until the session ends if it is not used meanwhile, and with
// 401 once it has ended. Like /healthz it is no page, so that asking is no use of the session.
func (s *Server) session(w http.ResponseWriter, r *http.Request) {
	left, err := s.parts.Sessions.EndsIn(r.Context(), s.parts.Cookies.SessionToken(r))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case err != nil:
		slog.Error("session", "cause", err)
		w.WriteHeader(http.StatusServiceUnavailable)
	case left <= 0:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		_ = json.NewEncoder(w).Encode(map[string]int{"ends_in": int(left.Seconds())}) // the browser may have gone
	}
}
