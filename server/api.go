package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// apiPath is the prefix of the interface for programs; every answer below it is JSON.
const apiPath = "/api/"

// kindOf returns the kind of a request that has not reached its route.
func kindOf(r *http.Request) web.RouteKind {
	if strings.HasPrefix(r.URL.Path, apiPath) {
		return web.ProgramRoute
	}
	return web.PageRoute
}

// refuseOthers answers other methods and unknown paths below apiPath with JSON problems.
func (s *Server) refuseOthers(mux *http.ServeMux) {
	methods := map[string][]string{}
	for _, r := range s.routes() {
		if r.Kind == web.ProgramRoute {
			methods[r.Path] = append(methods[r.Path], r.Method)
		}
	}
	for path, allowed := range methods {
		mux.Handle(path, s.serve(web.Route{Access: web.Everyone, Handler: notAllowed(allowed), Kind: web.ProgramRoute}))
	}
	mux.Handle(apiPath, s.serve(web.Route{Access: web.Everyone, Handler: notFound, Kind: web.ProgramRoute}))
}

func notAllowed(methods []string) web.Handler {
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	return func(w http.ResponseWriter, _ *web.Request) error {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		return fault.New(fault.NotAllowed, "Cette adresse ne fait pas cela.")
	}
}

// problem is an error in the JSON interface (RFC 9457).
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Code   fault.Code     `json:"code"`
	Errors []fieldProblem `json:"errors,omitempty"`
}

type fieldProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (s *Server) failAPI(w http.ResponseWriter, status int, f *fault.Fault) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message, Code: f.Code}
	if sent, ok := f.Page.(*form.Form); ok {
		for _, m := range sent.Errors() {
			p.Errors = append(p.Errors, fieldProblem{m.Name, m.Message})
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		slog.Error("problem", "cause", err)
	}
	if f.Code == fault.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Social Direct"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
