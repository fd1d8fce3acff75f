package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"socialdirect/account/event"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.NotAllowed:      http.StatusMethodNotAllowed,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Throttled:       http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

var headings = map[fault.Code]string{
	fault.Invalid:     "Quelque chose ne va pas",
	fault.Forbidden:   "Cette page ne vous est pas ouverte",
	fault.NotFound:    "Cette page n’existe pas",
	fault.Conflict:    "Ce n’est plus possible",
	fault.Gone:        "Ce lien ne marche plus",
	fault.TooLarge:    "L’envoi est trop volumineux",
	fault.Throttled:   "Attendez un peu",
	fault.Unavailable: "Le service est momentanément indisponible",
	fault.Internal:    "Une panne de notre côté",
}

var messages = map[fault.Code]string{
	fault.Invalid:     "Ce qui est arrivé jusqu’à nous est incomplet. Revenez en arrière et recommencez.",
	fault.Forbidden:   "Votre compte n’y a pas accès.",
	fault.NotFound:    "L’adresse est peut-être incomplète, ou la page a été retirée.",
	fault.Conflict:    "Les choses ont changé entre-temps. Revenez en arrière et regardez de nouveau.",
	fault.Gone:        "Il a déjà servi, a expiré, ou n’est pas complet.",
	fault.TooLarge:    "Ce que vous envoyez est trop long. Raccourcissez-le, puis recommencez.",
	fault.Throttled:   "Il y a eu trop d’essais. Attendez un peu, puis recommencez.",
	fault.Unavailable: "Réessayez dans une minute. Rien de ce que vous aviez enregistré n’est perdu.",
	fault.Internal:    "Réessayez dans un moment. Rien de ce que vous aviez enregistré n’est perdu.",
}

// errorPage is the plain page of a fault without a page of its own.
type errorPage struct {
	Heading string
	Message string
	Action  action
}

type action struct{ Label, Href string }

func (errorPage) Template() string { return "public/error" }
func (p errorPage) Title() string  { return p.Heading }

// retryAfter is the Retry-After in seconds of unavailable components.
const retryAfter = "30"

// fail answers with a handler's error: nothing else in the platform turns an error into a
// status.
func (s *Server) fail(w http.ResponseWriter, r *web.Request, kind web.RouteKind, err error) {
	f := faultOf(r, err)
	logFault(r, f)
	status := statuses[f.Code]
	switch f.Code {
	case fault.Throttled:
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(f.RetryAfter.Seconds())))))
	case fault.Unavailable:
		w.Header().Set("Retry-After", retryAfter)
	}
	switch {
	case kind == web.SocketRoute:
		http.Error(w, socketWords(status, f), status)
	case kind == web.ScriptRoute:
		failScript(w, status, f)
	case kind == web.ProgramRoute:
		s.failAPI(w, status, f)
	case f == errPending || f.Code == fault.Unauthenticated:
		http.Redirect(w, r.Request, s.wayIn(w, r, kind, f), http.StatusSeeOther)
	default:
		s.failPage(w, r, status, f)
	}
}

// socketWords is the body of a refused WebSocket: a bare status, except for a wait, whose end
// the client could not know otherwise.
func socketWords(status int, f *fault.Fault) string {
	if f.Code == fault.Throttled {
		return message(f)
	}
	return http.StatusText(status)
}

// faultOf returns the fault in err. A failure because the database is away, or because the
// answer took too long, becomes Unavailable: a later try may succeed.
func faultOf(r *web.Request, err error) *fault.Fault {
	f := fault.From(err)
	if f.Code == fault.Internal && (postgres.Away(err) || errors.Is(context.Cause(r.Context()), errSlow)) {
		return fault.Wrap(fault.Unavailable, err)
	}
	return f
}

func (s *Server) failPage(w http.ResponseWriter, r *web.Request, status int, f *fault.Fault) {
	shown, ok := f.Page.(web.Page)
	if !ok {
		shown = s.plainPage(r, f)
	}
	if err := s.parts.Web.Render(w, r, status, shown); err != nil {
		slog.Error("error page", "cause", err)
		http.Error(w, headings[fault.Internal], http.StatusInternalServerError)
	}
}

// failScript answers a page's script, which shows the message on the page.
func failScript(w http.ResponseWriter, status int, f *fault.Fault) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	said := map[string]string{"code": string(f.Code), "message": message(f)}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": said}) // the browser may have gone
}

func (s *Server) plainPage(r *web.Request, f *fault.Fault) errorPage {
	return errorPage{Heading: headings[f.Code], Message: message(f), Action: s.wayBack(r)}
}

// wayBack leads to the navigation place of the request, or to the viewer's first page.
func (s *Server) wayBack(r *web.Request) action {
	v := r.Viewer
	if v == nil {
		return action{"Revenir à l’accueil", "/"}
	}
	if label, path, inside := s.parts.Web.PlaceOf(v, r.URL.Path); inside {
		return action{"Revenir à « " + label + " »", path}
	}
	return action{"Revenir à l’accueil", web.HomePath(v.Role)}
}

// message returns the fault's own message, or that of its code.
func message(f *fault.Fault) string {
	if f.Message == "" {
		return messages[f.Code]
	}
	return f.Message
}

// logFault logs the cause of a fault: unexpected ones as errors, ordinary ones at debug level.
func logFault(r *web.Request, f *fault.Fault) {
	level := slog.LevelDebug
	if f.Code == fault.Internal || f.Code == fault.Unavailable {
		level = slog.LevelError
	}
	if cause := context.Cause(r.Context()); errors.Is(f, http.ErrAbortHandler) || cause != nil && !errors.Is(cause, errSlow) {
		level = slog.LevelDebug // the browser disconnected
	}
	if f.Code == fault.Forbidden && f != errPending {
		logRefusal(r)
	}
	slog.Log(r.Context(), level, "request failed", "method", r.Method, "route", r.Pattern, "code", f.Code, "cause", f.Cause, postgres.Statement(f))
}

// logRefusal logs that somebody who is signed in asked for what is not theirs. The route's
// pattern stands for the address, which may contain a token.
func logRefusal(r *web.Request) {
	if v := r.Viewer; v != nil {
		audit.Log(r.Context(), slog.LevelInfo, audit.Entry{ActorID: v.ID, Act: event.AccessRefused, SubjectID: v.ID}, slog.String("route", r.Pattern))
	}
}
