package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"socialdirect/account/interrupted"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// resumePath shows the form that was kept when a session had ended.
const resumePath = "/reprise"

// interrupt keeps the form of a request that access refused, for the account that sent it, and
// returns where to sign in. The next page says whether the form was kept.
func (s *Server) interrupt(w http.ResponseWriter, r *web.Request, kind web.RouteKind, f *fault.Fault) string {
	kept, err := s.parts.keep(r, kind, f)
	if err != nil {
		slog.Error("a form could not be kept", "cause", err, postgres.Statement(err))
	}
	if !kept {
		web.Flash(w, r, "form-lost")
		return signInPath(f)
	}
	web.Flash(w, r, "form-kept")
	return signInPath(f) + "?suite=" + url.QueryEscape(resumePath)
}

func (p Parts) keep(r *web.Request, kind web.RouteKind, f *fault.Fault) (bool, error) {
	if kind != web.PageRoute && kind != web.UploadRoute {
		return false, nil
	}
	owner, err := p.ownerOf(r, f)
	if err != nil || owner == uuid.Nil {
		return false, err
	}
	fields := fieldsOf(r.Request)
	if len(fields) == 0 {
		return false, nil
	}
	err = p.Interrupted.Keep(r.Context(), owner, interrupted.Form{Path: r.URL.Path, Fields: fields})
	return err == nil, err
}

// ownerOf returns who sent a request: the viewer if something else is owed, else whose session
// has ended; uuid.Nil if nobody knows.
func (p Parts) ownerOf(r *web.Request, f *fault.Fault) (uuid.UUID, error) {
	token := p.Cookies.SessionToken(r.Request)
	if f == errSignedOut {
		return p.Sessions.EndedOwner(r.Context(), token)
	}
	v, err := p.Sessions.Authenticate(r.Context(), token)
	if err != nil || v == nil {
		return uuid.Nil, err
	}
	return v.ID, nil
}

// fieldsOf returns the text fields of a form, at most form.MaxBytes of them; of a form with
// files, those before the first file. It returns none of what it cannot read whole.
func fieldsOf(r *http.Request) url.Values {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(io.LimitReader(r.Body, form.MaxBytes+1))
		if err != nil || len(body) > form.MaxBytes {
			return nil
		}
		fields, err := url.ParseQuery(string(body))
		if err != nil {
			return nil
		}
		return fields
	case "multipart/form-data":
		return textParts(r.Body, params["boundary"])
	}
	return nil
}

// textParts returns the fields before the first file, or before the end, of a form; none if they
// have more than form.MaxBytes with their names.
func textParts(body io.ReadCloser, boundary string) url.Values {
	fields, parts := url.Values{}, multipart.NewReader(http.MaxBytesReader(nil, body, form.MaxBytes), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) || err == nil && part.FileName() != "" {
			return fields
		}
		if err != nil {
			return nil
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil
		}
		fields.Add(part.FormName(), string(text))
	}
}

// maxPath is the longest path of a kept form, in bytes.
const maxPath = 500

// keepTyped keeps the form of a page that empties itself, which its script sends with the form's
// path. It is answered with 204 if it was kept.
func (s *Server) keepTyped(w http.ResponseWriter, r *web.Request) error {
	if r.URL.Path = r.URL.Query().Get("path"); len(r.URL.Path) > maxPath {
		return fault.New(fault.Invalid, "")
	}
	kept, err := s.parts.keep(r, web.PageRoute, errSignedOut)
	if err != nil {
		return err
	}
	if !kept {
		return fault.New(fault.NotFound, "")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// resume shows the kept form filled in, on its own page, without acting on it.
func (s *Server) resume(w http.ResponseWriter, r *web.Request) error {
	kept, found, err := s.parts.Interrupted.Read(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	if !found {
		return web.See(w, r, web.HomePath(r.Viewer.Role))
	}
	ctx := form.Refill(postgres.ReadOnly(r.Context()))
	s.refills.ServeHTTP(w, sentAgain(ctx, r.Request, kept))
	return nil
}

// sentAgain returns the request that brought the form, as the browser of r would send it now.
func sentAgain(ctx context.Context, r *http.Request, kept interrupted.Form) *http.Request {
	again := r.Clone(ctx)
	again.Method, again.URL = http.MethodPost, &url.URL{Path: kept.Path}
	again.RequestURI, again.Pattern = kept.Path, ""
	again.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	again.Body = io.NopCloser(strings.NewReader(kept.Fields.Encode()))
	return again
}

// refillMux builds the router of forms that can be shown filled in.
func (s *Server) refillMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		if r.Refills {
			mux.Handle(r.Method+" "+r.Path, s.refill(r))
		}
	}
	mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.failPage(w, s.request(r), http.StatusOK, errNotRefilled)
	}))
	return mux
}

// errNotRefilled is shown for a form that has no page of its own, or whose page is gone.
var errNotRefilled = fault.New(fault.Conflict, "Votre session s’était fermée, et rien n’a été fait. Revenez en arrière et recommencez.")

// refill runs a route whose form is never valid, in transactions that write nothing, and shows
// the page that comes of it.
func (s *Server) refill(route web.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r, err := s.identify(req, route.Access)
		web.WithFlash(r, "form-resumed")
		answer := &answer{header: http.Header{}, status: http.StatusOK}
		if err == nil {
			err = route.Handler(answer, r)
		}
		switch page, shown := fault.From(err).Page.(web.Page); {
		case err == nil && answer.status == http.StatusOK:
			answer.copyTo(w)
		case err != nil && shown:
			s.failPage(w, r, http.StatusOK, &fault.Fault{Code: fault.Invalid, Page: page})
		default:
			slog.Debug("a form was not filled in", "route", route.Path, "cause", err)
			s.failPage(w, r, http.StatusOK, errNotRefilled)
		}
	})
}

// answer holds a handler's answer back.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) copyTo(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	_, _ = a.body.WriteTo(w) // the browser may have gone
}
